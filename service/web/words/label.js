const OTHER = "other";

/** How some labels are called in a sentence; others are called by their name. */
const IN_A_SENTENCE = {
  beach_sea: "the sea",
  busy_room: "a busy room",
  city_street: "a city street",
  construction_site: "a construction site",
  fire: "a fire",
  forest_birds: "birds in the country",
  hiphop: "hip hop",
  night_insects: "insects at night",
  office: "an office",
  playground: "a playground",
  river_stream: "a stream",
  thunderstorm: "a thunderstorm",
  train: "a train",
  vehicle: "the inside of a vehicle",
};

export function labelInSentence(label, branch = null) {
  return IN_A_SENTENCE[label] ?? labelName(label, branch);
}

/** The name of a label, as people write it. `branch`: the model that says it, whose `other` is none of its kinds. */
export function labelName(label, branch = null) {
  return isOther(label) && branch !== null ? `no known ${labelName(branch)}` : label.replaceAll("_", " ");
}

export function isOther(label) {
  return label === OTHER;
}

/** A label of a whole sound or a segment: `music+speech/pop` has two kinds and a detail. */
export function partsOf(label) {
  const [kinds, detail = null] = label.split("/");
  return { kinds: kinds.split("+"), detail };
}

export function capitalised(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
