// What is being pressed stays until it is let go: a button that is written anew in between, because an
// answer has come or the cell beside it was left by that very press, would lose its click.

let pressing = false;
const waiting = new Set();

function release() {
  if (!pressing) return;
  pressing = false;
  // The click comes after this, and before anything that waits its turn.
  setTimeout(() => {
    const draws = [...waiting];
    waiting.clear();
    for (const draw of draws) draw();
  });
}

addEventListener("pointerdown", ({ button }) => (pressing = button === 0), true);
addEventListener("keydown", ({ key, target }) => (pressing ||= key === " " && target instanceof HTMLButtonElement), true);
for (const end of ["pointerup", "pointercancel", "dragend"]) addEventListener(end, release, true);
addEventListener("keyup", ({ key }) => key === " " && release(), true);
addEventListener("blur", release); // of the window
// Let go outside of the window.
addEventListener("pointermove", ({ buttons }) => buttons || release(), true);

export const isPressing = () => pressing;

// draw, at once while nothing is pressed, otherwise when it is let go, and then once.
export function whenReleased(draw) {
  const later = () => (pressing ? waiting.add(later) : draw());
  return later;
}
