import { clock, preciseClock } from "../words/time.js";

const STEPS_SECONDS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];
const APART = 66; // CSS pixels between two numbers, at least
const TICK = 6;

/** The time, in round numbers. */
export function drawAxis(context, box, view, theme) {
  const step = STEPS_SECONDS.find((seconds) => (seconds / view.span) * view.width >= APART) ?? STEPS_SECONDS.at(-1);
  const inWords = step < 1 ? preciseClock : clock;
  context.font = `12px ${theme.family}`;
  context.textBaseline = "top";
  context.fillStyle = theme.rule;
  context.fillRect(0, box.top, view.width, 1);
  for (let index = Math.ceil(view.from / step); index * step <= view.to; index += 1) {
    const x = Math.min(Math.round(view.x(index * step)), view.width - 1);
    const words = inWords(index * step);
    const width = context.measureText(words).width;
    context.fillStyle = theme.rule;
    context.fillRect(x, box.top, 1, TICK);
    context.fillStyle = theme.quiet;
    context.fillText(words, Math.min(Math.max(x - width / 2, 0), view.width - width), box.top + TICK + 3);
  }
}
