/** How some labels are called in a sentence; others are called by their name. */
const IN_A_SENTENCE = {
  beach_sea: "the sea",
  cafe: "a café",
  city_street: "a city street",
  countryside_plains: "the open country",
  fire: "a fire",
  forest_birds: "birds in a forest",
  hiphop: "hip hop",
  night_insects: "insects at night",
  river_stream: "a stream",
  thunderstorm: "a thunderstorm",
  train: "a train",
  unknown: "of no known kind",
};

export function labelInSentence(label) {
  return IN_A_SENTENCE[label] ?? labelName(label);
}

/** The name of a label, as people write it. */
export function labelName(label) {
  return label.replaceAll("_", " ");
}

/** A label of a whole sound or a segment: `music+speech/pop` has two kinds and a detail. */
export function partsOf(label) {
  const [kinds, detail = null] = label.split("/");
  return { kinds: kinds.split("+"), detail };
}

export function capitalised(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
