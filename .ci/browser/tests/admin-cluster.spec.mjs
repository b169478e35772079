// The operator's page of a node: who is there and serves what, and what becomes of it when a node dies.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { Operator } from '../operator.mjs';
import { screens } from '../screens.mjs';
import { Server, freePort } from '../server.mjs';

const folder = mkdtempSync(join(tmpdir(), 'seatlock-cluster-'));
let etcd, a, b;

test.skip(spawnSync('etcd', ['--version']).error !== undefined, 'etcd is not installed');

test.beforeAll(async () => {
  const [client, peer] = await Promise.all([freePort(), freePort()]).then((ports) => ports.map((port) => `http://127.0.0.1:${port}`));
  etcd = spawn('etcd', [
    '--data-dir', folder, '--log-level', 'error',
    '--listen-client-urls', client, '--advertise-client-urls', client,
    '--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`,
  ], { stdio: 'ignore' });
  const node = (name) => new Server({ etcd: client, options: ['--node', name, '--shards', '8', '--lease', '2s'] }).start();
  a = await node('a');
  b = await node('b');
});

test.afterAll(async () => {
  await b?.stop('SIGKILL');
  await a?.stop('SIGKILL');
  const ended = once(etcd, 'exit');
  etcd.kill('SIGKILL');
  await ended;
  rmSync(folder, { recursive: true });
});

test('the page shows the nodes and their shards, and who follows a node that dies', async ({ page }) => {
  const operator = await new Operator(page).open(a.url);
  const cluster = page.getByRole('region', { name: 'Cluster' });
  const line = (name) => cluster.getByRole('row', { name: new RegExp(`^${name}\\b`) });
  await expect(cluster.getByRole('status')).toHaveText('All 8 shards are served.');
  await expect(line('b')).toContainText('serving');
  // Each has a share: rendezvous hashing of these names leaves neither without.
  await expect(line('b').locator('td').nth(1)).not.toHaveText('0');
  await expect(line('a')).toContainText('this page is its');
  await expect(cluster.locator('#shards li')).toHaveCount(8);
  await page.locator('#h-cluster').scrollIntoViewIfNeeded();
  await screens(page, 'admin-cluster', { fullPage: true });
  expect(await operator.faults()).toEqual([]);

  await b.stop('SIGKILL');
  await expect(line('b')).toHaveCount(0, { timeout: 30_000 });
  await expect(line('a').locator('td').nth(1)).toHaveText('8', { timeout: 30_000 });
  await expect(cluster.getByRole('status')).toHaveText('All 8 shards are served.');
});

test('a server that is alone shows no cluster', async ({ page }) => {
  const alone = await new Server().start();
  try {
    await new Operator(page).open(alone.url);
    await expect(page.locator('#map')).toBeVisible();
    await expect(page.getByRole('region', { name: 'Cluster' })).toBeHidden();
    await expect(page.getByRole('link', { name: 'Cluster' })).toBeHidden();
  } finally {
    await alone.stop();
  }
});
