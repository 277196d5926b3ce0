/**
 * A protected clip: fetched into memory with a token of the viewer, shown under their mark, and freed when they may
 * no longer see it.
 *
 * @import { Api } from "../js/api.js"
 */

import { ApiError } from "../js/api.js";
import { viewerMark } from "./mark.js";

/**
 * @param {Pick<Api, "send">} api
 * @param {string} tokenUrl answers `url`, the address of the bytes
 * @param {string} [refused] the message of the error when the bytes are refused
 * @returns {Promise<Blob>}
 */
export async function fetchProtected(api, tokenUrl, refused = "") {
  const { url } = await api.send("POST", tokenUrl);
  const response = await fetch(url, { credentials: "same-origin", cache: "no-store" });
  if (!response.ok) throw new ApiError(response.status, "media_refused", refused, null);
  return new Blob([await response.arrayBuffer()], { type: "video/mp4" });
}

export class ProtectedVideo {
  #url;
  /** @type {SVGSVGElement | null} */
  #mark = null;

  /**
   * @param {HTMLVideoElement} video
   * @param {Blob} blob
   */
  constructor(video, blob) {
    this.video = video;
    this.#url = URL.createObjectURL(blob);
    video.src = this.#url;
  }

  /**
   * Creates a video element for each clip, so that the next one is decoded before it is shown.
   *
   * @param {Blob} blob
   * @param {string} label for screen readers
   */
  static create(blob, label) {
    const video = document.createElement("video");
    video.muted = true;
    video.playsInline = true;
    video.preload = "auto";
    video.disablePictureInPicture = true;
    video.disableRemotePlayback = true;
    video.setAttribute("controlslist", "nodownload nofullscreen noremoteplayback");
    video.setAttribute("aria-label", label);
    video.tabIndex = -1;
    return new ProtectedVideo(video, blob);
  }

  /** @param {string} code identifies the viewer */
  mark(code) {
    this.#mark?.remove();
    this.#mark = viewerMark(code);
    this.video.after(this.#mark);
  }

  /** Shows nothing any more and frees the bytes. */
  forget() {
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
    this.#mark?.remove();
    URL.revokeObjectURL(this.#url);
  }
}
