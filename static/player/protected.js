/**
 * A clip that is for the eyes of one person: fetched into memory by a token of theirs, shown under their mark, and
 * forgotten when they may not see it any more.
 *
 * @import { Api } from "../js/api.js"
 */

import { ApiError } from "../js/api.js";
import { viewerMark } from "./mark.js";

/**
 * @param {Pick<Api, "send">} api
 * @param {string} tokenUrl answers `url`, the address of the bytes
 * @param {string} [refused] what to tell when the bytes are refused
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
   * In an element of its own, so that the next clip is decoded before it is wanted.
   *
   * @param {Blob} blob
   * @param {string} label for those who cannot see it
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

  /** @param {string} code of the viewer, over the whole picture */
  mark(code) {
    this.#mark?.remove();
    this.#mark = viewerMark(code);
    this.video.after(this.#mark);
  }

  /** Nothing is shown any more, and the browser forgets the bytes. */
  forget() {
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
    this.#mark?.remove();
    URL.revokeObjectURL(this.#url);
  }
}
