// What is being pressed stays until it is let go: a button that is written anew in between, because an
// answer has come or the cell beside it was left by that very press, would lose its click.

let pressing = ""; // by what
const waiting = new Set();

function release() {
  if (!pressing) return;
  pressing = "";
  // The click comes after this, and before anything that waits its turn.
  setTimeout(() => {
    const draws = [...waiting];
    waiting.clear();
    for (const draw of draws) draw();
  });
}

addEventListener("pointerdown", ({ button }) => button === 0 && (pressing = "pointer"), true);
addEventListener("keydown", ({ key, target }) => {
  if (key === " " && target instanceof HTMLButtonElement) pressing = "space";
  // A list that opened under the pointer has swallowed its release.
  else if (pressing === "pointer") release();
}, true);
for (const end of ["pointerup", "pointercancel", "dragend"]) addEventListener(end, release, true);
addEventListener("keyup", ({ key }) => key === " " && release(), true);
addEventListener("blur", release); // of the window
// Let go outside of the window.
addEventListener("pointermove", ({ buttons }) => !buttons && pressing === "pointer" && release(), true);

export const isPressing = () => pressing !== "";

// draw, at once while nothing is pressed, otherwise when it is let go, and then once.
export function whenReleased(draw) {
  const later = () => (pressing ? waiting.add(later) : draw());
  return later;
}
