/** Files can be dropped anywhere on the page, or chosen; `host` shows where. Calls `onFiles` with a list of them. */
export class DropZone {
  constructor(host, chooser, onFiles) {
    let depth = 0; // dragging from an element to one inside it enters the one before it leaves the other
    const hasFiles = (event) => event.dataTransfer.types.includes("Files");
    const show = () => host.classList.toggle("is-target", depth > 0);

    document.addEventListener("dragenter", (event) => {
      if (hasFiles(event)) depth += 1;
      show();
    });
    document.addEventListener("dragleave", (event) => {
      if (hasFiles(event)) depth -= 1;
      show();
    });
    document.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
    document.addEventListener("drop", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      depth = 0;
      show();
      onFiles([...event.dataTransfer.files]);
    });
    chooser.addEventListener("change", () => {
      onFiles([...chooser.files]);
      chooser.value = ""; // so that the same file can be chosen again
    });
  }
}
