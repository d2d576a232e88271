const FAR_SECONDS = 10;
const ZOOM = 1.5;

/** Keys on the stage. `actions`: step(direction), jump(seconds), toStart(), toEnd(), zoom(factor), fit(). */
export function listenToKeys(stage, actions, signal) {
  stage.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return; // those belong to the browser
      const act = actionOf(event, actions);
      if (!act) return;
      event.preventDefault();
      act();
    },
    { signal },
  );
}

function actionOf({ key, shiftKey }, actions) {
  const direction = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[key];
  if (direction) return shiftKey ? () => actions.jump(direction * FAR_SECONDS) : () => actions.step(direction);
  return {
    PageUp: () => actions.jump(FAR_SECONDS),
    PageDown: () => actions.jump(-FAR_SECONDS),
    Home: actions.toStart,
    End: actions.toEnd,
    "+": () => actions.zoom(ZOOM),
    "=": () => actions.zoom(ZOOM),
    "-": () => actions.zoom(1 / ZOOM),
    0: actions.fit,
  }[key];
}
