"use strict";
// A moving map: seats as dots on a canvas, one frame for each moment that was kept.
function show(stage) {
  const data = JSON.parse(document.getElementById(stage.dataset.map).textContent);
  if (!data.frames.length) return;
  const part = (selector) => stage.querySelector(selector);
  const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const packed = bytes(data.places);
  const places = new Uint16Array(packed.buffer, 0, packed.length >> 1);
  const seats = places.length >> 1;
  const wanted = bytes(data.wanted);
  const frames = data.frames.map((frame) => ({ at: frame.at, states: bytes(frame.states) }));
  const [canvas, slider, button, now] = ["canvas", "input[type=range]", "button", ".now"].map(part);
  stage.hidden = false;

  // A margin of air, and as high as the seats are.
  let right = 1, bottom = 1;
  for (let seat = 0; seat < seats; seat += 1) {
    right = Math.max(right, places[2 * seat]);
    bottom = Math.max(bottom, places[2 * seat + 1]);
  }
  if (data.focus) bottom = Math.max(bottom, data.focus[1]);
  const margin = 0.05;
  const shape = Math.min(0.75, Math.max(0.3, bottom / right));
  const names = ["free", "held", "sold", "kept from sale"];
  let colours = [];
  const heat = [];
  for (let shade = 0; shade < 256; shade += 1) {
    const share = shade / 255;
    const hue = share < 0.5 ? 215 - 350 * share : 40 - 80 * (share - 0.5);
    heat.push(`hsl(${Math.max(0, hue)} ${30 + 55 * share}% ${60 - 14 * share}%)`);
  }

  function size() {
    const width = stage.clientWidth;
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(width * (shape * (1 - 2 * margin) + 2 * margin) * ratio);
    const style = getComputedStyle(document.documentElement);
    colours = ["--free", "--held", "--sold", "--withheld"].map((name) => style.getPropertyValue(name).trim());
    draw();
  }

  function draw() {
    const frame = frames[Number(slider.value)];
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, canvas.width, canvas.height);
    const inner = canvas.width * (1 - 2 * margin);
    const scale = Math.min(inner / right, (canvas.height - 2 * margin * canvas.width) / bottom);
    const left = (canvas.width - right * scale) / 2;
    const top = margin * canvas.width;
    const dot = Math.max(1, Math.min(40 * (window.devicePixelRatio || 1), 0.66 * Math.sqrt((right * bottom * scale * scale) / seats)));
    const byWish = part("input[type=radio]:checked").value === "wanted";
    const counts = [0, 0, 0, 0];
    let colour = "";
    for (let seat = 0; seat < seats; seat += 1) {
      const state = (frame.states[seat >> 2] >> (2 * (seat & 3))) & 3;
      counts[state] += 1;
      const next = byWish ? heat[wanted[seat]] : colours[state];
      if (next !== colour) context.fillStyle = colour = next;
      context.fillRect(left + places[2 * seat] * scale - dot / 2, top + places[2 * seat + 1] * scale - dot / 2, dot, dot);
    }
    if (data.focus) cross(context, left + data.focus[0] * scale, top + data.focus[1] * scale);
    part(".states").hidden = byWish;
    part(".heat").hidden = !byWish;
    const clock = time(frame.at);
    const parts = names.map((name, state) => `${counts[state].toLocaleString("en")} ${name}`).filter((_, state) => counts[state] > 0);
    const text = byWish ? `The most wanted seat: ${data.wanted_most.toLocaleString("en")} times` : `${clock}: ${parts.join(", ")}`;
    slider.setAttribute("aria-valuetext", clock);
    now.textContent = text;
  }

  function cross(context, x, y) {
    context.strokeStyle = getComputedStyle(document.body).color;
    context.lineWidth = 2 * (window.devicePixelRatio || 1);
    const arm = canvas.width / 90;
    context.beginPath();
    context.moveTo(x - arm, y);
    context.lineTo(x + arm, y);
    context.moveTo(x, y - arm);
    context.lineTo(x, y + arm);
    context.stroke();
  }

  function time(seconds) {
    if (frames[frames.length - 1].at < 120) return `${seconds.toFixed(1)} s`;
    const whole = Math.round(seconds);
    const two = (number) => String(number).padStart(2, "0");
    const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
    return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
  }

  let timer = 0;
  function stop() {
    clearInterval(timer);
    timer = 0;
    button.textContent = "Play";
    now.setAttribute("aria-live", "polite");
  }
  function play() {
    if (Number(slider.value) === frames.length - 1) slider.value = 0;
    button.textContent = "Pause";
    // Nobody wants each moment read out.
    now.setAttribute("aria-live", "off");
    timer = setInterval(() => {
      slider.value = Number(slider.value) + 1;
      draw();
      if (Number(slider.value) === frames.length - 1) stop();
    }, 150);
  }

  slider.max = frames.length - 1;
  slider.value = Math.floor(frames.length / 4);
  slider.addEventListener("input", () => { stop(); draw(); });
  button.addEventListener("click", () => (timer ? stop() : play()));
  for (const choice of stage.querySelectorAll("input[type=radio]")) choice.addEventListener("change", draw);
  window.addEventListener("resize", size);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", size);
  size();
}

for (const stage of document.querySelectorAll("[data-map]")) show(stage);
