// Presses of Stop and Continue that the server has not answered yet.

const PATIENCE = 5000; // milliseconds until a press without effect may be repeated

// send(what, ids) sends presses to the server.
export function makePresses(send) {
  const asked = { Stop: new Map(), Continue: new Map() };
  return {
    press(what, id) {
      asked[what].set(id, Date.now());
      // All unanswered ones: of two messages in quick succession only the last gets through.
      send(what, [...asked[what].keys()]);
    },
    isPressed: ({ id, press, stopping }) => Boolean(stopping || asked[press]?.has(id)),
    // Forgets the presses that the server has answered.
    settle(groups) {
      for (const [what, ids] of Object.entries(asked)) {
        for (const [id, at] of ids) {
          const group = groups.find((each) => each.id === id);
          // A press without effect may be repeated; the page says why it had none.
          if (!group || group.stopping || group.press !== what || Date.now() - at > PATIENCE) ids.delete(id);
        }
      }
    },
  };
}
