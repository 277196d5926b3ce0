// The shapes that the workbench shares with the server, and with itself.

/** x, y, width, height in pixels of the displayed picture. */
export type Box = [number, number, number, number];

/** Attributes that the server defines (see `Fields`) and the scripts do not know by name. They are kept unchanged. */
interface Attributes {
  [attribute: string]: unknown;
}
export interface Keyframe extends Attributes {
  frame: number;
  box: Box;
  outside: boolean;
  occluded: boolean;
}
export interface Track extends Attributes {
  id: string;
  label: string;
  keyframes: Keyframe[];
}
/** `end` is the last frame of the event, not the one after it. */
export interface ClipEvent extends Attributes {
  id: string;
  label: string;
  start: number;
  end: number;
}
export interface Body extends Attributes {
  verdict: string | null;
  events: ClipEvent[];
  tracks: Track[];
  note: string;
}
/** One field of the labels, as `annotations/review/body.py` defines it; one with a title is an attribute. */
export interface Field {
  kind: "id" | "code" | "frame" | "box" | "flag" | "text" | "list";
  title: string;
  default: unknown;
  maximum: number;
  choices: Choice[];
}
export type Fields = Record<"body" | "event" | "track" | "keyframe", Record<string, Field>>;

export interface Choice {
  code: string;
  name: string;
}
export interface Schema {
  version: number;
  verdicts: Choice[];
  events: Choice[];
  tracks: Choice[];
  flag_categories: Choice[];
  skip_reasons: Choice[];
  hidden_kinds: Choice[];
}
export interface Clip {
  id: string;
  width: number;
  height: number;
  frame_rate: number;
  frames: number;
  duration: number;
  presentation_times: number[];
  /** Privacy zones: polygons of corners in shares of the picture's width and height. */
  zones: [number, number][][];
}
export interface Urls {
  media_token: string;
  draft: string;
  submit: string;
  extend: string;
  skip: string;
  flag: string;
  missed_regions: string;
  watched: string;
  claim: string;
  home: string;
}
/** One assignment, as the page embeds it and a claim returns it. */
export interface Assignment {
  id: string;
  lease_until: string;
  lease_seconds: number;
  server_time: string;
  clip: Clip;
  project: { name: string; instructions: string };
  schema: Schema;
  fields: Fields;
  draft: { revision: number; body: Body | null };
  returned_note: string | null;
  urls: Urls;
}

export type Selection = { kind: "track" | "event"; id: string } | null;
export interface Shown {
  box: Box;
  occluded: boolean;
}
/** Seconds of the clip, [start, end). */
export type Range = [number, number];
export type Texts = Record<string, string>;
