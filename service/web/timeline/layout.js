const WAVEFORM = 88;
const RIBBON = 30;
const TITLE = 22; // above a lane
const GATE = 28;
const BRANCH = 76;
const AXIS = 24;
const GAP = 8;

/** Where everything lies, from the top down: boxes of `top` and `height` in CSS pixels, those of lanes with a title above. */
export function layOut(track) {
  let y = 0;
  const box = (height, above = 0) => {
    const top = y + above;
    y = top + height;
    return { top, height };
  };
  const waveform = box(WAVEFORM);
  const ribbon = box(RIBBON, GAP);
  const gates = track.gate.labels.map((label) => ({ title: label, ...box(GATE, TITLE) }));
  // A branch has a lane once it has heard something.
  const branches = [...track.branches]
    .filter(([, lane]) => lane.heardChunks > 0)
    .map(([name]) => ({ title: name, ...box(BRANCH, TITLE) }));
  const axis = box(AXIS, GAP);
  return { waveform, ribbon, gates, branches, axis, height: y };
}
