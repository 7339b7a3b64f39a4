// Stop and Continue: what was pressed and is not answered yet.

const PATIENCE = 5000; // milliseconds until a press that changed nothing may be tried again

// send(what, ids) tells the server.
export function makePresses(send) {
  const asked = { Stop: new Map(), Continue: new Map() };
  return {
    press(what, id) {
      asked[what].set(id, Date.now());
      // All that are not answered: of two presses within a moment only the last message gets through.
      send(what, [...asked[what].keys()]);
    },
    isPressed: ({ id, press, stopping }) => Boolean(stopping || asked[press]?.has(id)),
    // Forgets what the server has answered.
    settle(groups) {
      for (const [what, ids] of Object.entries(asked)) {
        for (const [id, at] of ids) {
          const group = groups.find((each) => each.id === id);
          // A press that changed nothing may be tried again: the page says why.
          if (!group || group.stopping || group.press !== what || Date.now() - at > PATIENCE) ids.delete(id);
        }
      }
    },
  };
}
