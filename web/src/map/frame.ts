/**
 * Runs something when the frame that shows what was just drawn has been handed to the screen's
 * side of the browser: a task put behind the next frame's own work.
 */
export function afterFrame(work: () => void): void {
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = work;
    port2.postMessage(null);
  });
}
