export const LABEL_COLOURS = 6;
export const ROLE_COLOURS = 4;

const numbered = (name, count) => Array.from({ length: count }, (_, slot) => `${name}-${slot}`);

/** The colours and the font as timeline.css has them for light, dark and forced colours. `element` has to be in the document. */
export function readTheme(element) {
  const probe = document.createElement("span");
  probe.style.forcedColorAdjust = "none"; // what is forced upon text would make every colour the same
  element.append(probe);
  const style = getComputedStyle(probe);
  const colour = (name) => {
    probe.style.color = `var(--timeline-${name})`;
    return style.color;
  };
  const theme = {
    quiet: colour("quiet"),
    rule: colour("rule"),
    band: colour("band"),
    wave: colour("wave"),
    waveCore: colour("wave-core"),
    other: colour("other"),
    onRole: colour("on-role"),
    roles: numbered("role", ROLE_COLOURS).map(colour),
    labels: numbered("label", LABEL_COLOURS).map(colour),
    family: style.fontFamily,
  };
  probe.remove();
  return theme;
}
