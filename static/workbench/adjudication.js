/**
 * The clip on a lead's page: played with every reviewer's boxes on it, and a playhead through their timelines.
 *
 * @import { Box, Clip, Track } from "./types.js"
 * @typedef {Pick<Clip, "width" | "height" | "frame_rate" | "frames" | "presentation_times" | "zones">} Picture
 * @typedef {{
 *   scale: number,
 *   clip: Picture,
 *   sides: { number: number, tracks: Track[] }[],
 *   urls: { media_token: string, watched: string },
 * }} Page
 */

import { Api, ApiError } from "../js/api.js";
import { clock, presentationTime } from "../player/frames.js";
import { Player } from "../player/player.js";
import { fetchProtected, ProtectedVideo } from "../player/protected.js";
import { reportWatched, Watched } from "../player/watched.js";
import { boxAt } from "./interpolation.js";
import { Zones } from "./zones.js";

const SVG = "http://www.w3.org/2000/svg";
const REPORT = 10_000;
const TAG = 13; // pixels of the screen

/** @param {string} selector */
const find = (selector) => /** @type {HTMLElement} */ (document.querySelector(selector));

const page = /** @type {Page} */ (JSON.parse(find("#adjudication-data").textContent ?? ""));
const texts = find("#viewer").dataset;
const token = /** @type {HTMLInputElement} */ (document.querySelector("[name=csrfmiddlewaretoken]"));
const api = new Api(token.value);
const overlay = find("#boxes");
const status = find("#viewer-status");
const play = /** @type {HTMLButtonElement} */ (find("#play"));
const playheads = [...document.querySelectorAll(".playhead")];
const zones = new Zones();
const watched = new Watched(page.clip);
const clip = /** @type {Clip} */ ({
  ...page.clip,
  id: "",
  duration: page.clip.frames / page.clip.frame_rate,
});
const player = new Player(find("#picture"), { onFrame, onSpeed: (speed) => showPlaying(speed !== 0) });
let shown = false;

/**
 * @param {number} frame
 * @param {number} presented
 */
function onFrame(frame, presented) {
  watched.paint(frame, presented, player.playing);
  find("#moment").textContent = clock(presentationTime(frame, page.clip));
  const x = String((page.scale * (frame + 0.5)) / page.clip.frames);
  for (const line of playheads) {
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
  }
  zones.draw(page.clip, page.clip.width / (overlay.clientWidth || page.clip.width), () => texts.zone ?? "");
  overlay.replaceChildren(
    zones.root,
    ...page.sides.flatMap(({ number, tracks }) =>
      tracks.flatMap((track) => {
        const here = boxAt(track.keyframes, frame);
        return here ? [drawn(here.box, number, track.id)] : [];
      }),
    ),
  );
}

/**
 * @param {Box} box
 * @param {number} side
 * @param {string} id
 */
function drawn([x, y, width, height], side, id) {
  const size = (TAG * page.clip.width) / (overlay.clientWidth || page.clip.width);
  const group = document.createElementNS(SVG, "g");
  group.setAttribute("data-side", String(side));
  for (const kind of ["edge", "line"]) {
    const rect = document.createElementNS(SVG, "rect");
    rect.setAttribute("class", kind);
    for (const [name, value] of Object.entries({ x, y, width, height }))
      rect.setAttribute(name, String(value));
    group.append(rect);
  }
  const tag = document.createElementNS(SVG, "text");
  tag.setAttribute("x", String(x + size / 3));
  tag.setAttribute("y", String(side % 2 ? y + size * 1.2 : y + height - size / 2)); // two sides do not cover each other
  tag.setAttribute("font-size", String(size));
  tag.setAttribute("stroke-width", String(size / 4));
  tag.textContent = `${side}·${id}`;
  group.append(tag);
  return group;
}

/** @param {boolean} playing */
function showPlaying(playing) {
  play.textContent = (playing ? texts.pause : texts.play) ?? "";
}

async function show() {
  play.disabled = true;
  status.textContent = texts.loading ?? "";
  try {
    const blob = await fetchProtected(api, page.urls.media_token, texts.refused);
    player.show(ProtectedVideo.create(blob, texts.label ?? ""), clip, find("#picture").dataset.mark ?? "");
    find("#cover").hidden = true;
    status.textContent = texts.shown ?? "";
    shown = true;
    showPlaying(false);
  } catch (error) {
    status.textContent = error instanceof ApiError && error.message ? error.message : (texts.refused ?? "");
  } finally {
    play.disabled = false;
  }
}

async function report() {
  // A report that fails is repeated with the next one.
  await reportWatched(api, page.urls.watched, watched, { keepalive: true }).catch(() => {});
}

play.addEventListener("click", async () => {
  if (!shown) await show();
  if (shown) player.toggle();
});
document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-frame]") : null;
  if (!(button instanceof HTMLElement)) return;
  if (!shown) await show();
  player.seek(Number(button.dataset.frame));
});
find("#picture").addEventListener("contextmenu", (event) => event.preventDefault());
play.disabled = false; // as it comes, it cannot be pressed before somebody listens
setInterval(() => void report(), REPORT);
window.addEventListener("pagehide", () => void report());
