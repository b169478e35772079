// A server of its own for each test file: on a free port, with nothing on disk unless it is given a folder.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

/** A port that nobody listens on. */
export async function freePort() {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  return port;
}

export class Server {
  constructor({ data = null, etcd = null, options = [], env = {} } = {}) {
    this.options = data ? ['--data', data, ...options] : options;
    this.etcd = etcd;
    this.env = { ...process.env, ...env, SEATLOCK_MEMORY: String(data === null && etcd === null) };
    /** Sent with each request of `ask`. */
    this.headers = {};
    this.listen = '127.0.0.1:0';
  }

  /** Starts it, and knows its port. Started again, it listens where it did before. */
  async start() {
    if (this.etcd) await this.join();
    this.process = spawn(process.env.SEATLOCK_BIN, ['serve', '--listen', this.listen, '--log', 'error', ...this.options], {
      env: this.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: this.process.stdout })) {
      const found = line.match(/http:\/\/([\d.]+:\d+)/);
      if (found) {
        this.listen = found[1];
        break;
      }
    }
    if (this.process.exitCode !== null) throw new Error('the server did not start');
    this.process.stdout.resume();
    this.url = `http://${this.listen}`;
    return this;
  }

  /** A node says where it is to be found before it is there. */
  async join() {
    if (this.listen.endsWith(':0')) this.listen = `127.0.0.1:${await freePort()}`;
    this.options.push('--etcd', this.etcd, '--advertise', `http://${this.listen}`);
    this.etcd = null;
  }

  async stop(signal = 'SIGTERM') {
    if (!this.process || this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill(signal);
    await ended;
  }

  async ask(method, path, body, headers = {}) {
    const answer = await fetch(this.url + path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...this.headers, ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  /** Puts an event on sale, with a chart of its own. */
  async event(name, chart, rules = {}) {
    await this.ask('PUT', `/v1/charts/${name}`, chart);
    return this.ask('PUT', `/v1/events/${name}`, { chart: name, title: name, ...rules });
  }

  /** What a seat is now. */
  async seat(event, label) {
    return (await this.ask('GET', `/v1/events/${event}/seats`)).seats[label];
  }

  async hold(event, seats, user = 'somebody') {
    return this.ask('POST', `/v1/events/${event}/holds`, { user, seats });
  }
}
