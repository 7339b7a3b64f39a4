// What a browser keeps of trainings from visit to visit, by key: in IndexedDB; where it keeps nothing, until the end.

const [NAME, STORE] = ["rnn-compare-playground", "trainings"];

// Returns read(key), write(key, value) and isKept(), which is false once something could not be kept.
export async function openKept() {
  const inTab = new Map();
  const database = await opened().catch(() => undefined);
  let isKept = Boolean(database);
  const store = (mode) => database.transaction(STORE, mode).objectStore(STORE);
  return {
    isKept: () => isKept,
    async read(key) {
      if (inTab.has(key) || !database) return inTab.get(key);
      return answered(store("readonly").get(key)).catch(() => undefined);
    },
    async write(key, value) {
      try {
        await answered(store("readwrite").put(value, key));
        inTab.delete(key);
      } catch { // forbidden, full, or deleted by the browser
        inTab.set(key, value);
        isKept = false;
      }
    },
  };
}

async function opened() { // where it is forbidden, even to ask raises an error
  const request = indexedDB.open(NAME, 1);
  request.addEventListener("upgradeneeded", () => request.result.createObjectStore(STORE));
  return answered(request);
}

// A write has succeeded when its transaction is complete: a full disk is heard of only then.
function answered(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener("error", () => reject(request.error));
    request.addEventListener("success", () => {
      const { transaction } = request;
      if (transaction?.mode !== "readwrite") resolve(request.result);
      else {
        transaction.addEventListener("complete", () => resolve(request.result));
        transaction.addEventListener("abort", () => reject(transaction.error));
      }
    });
  });
}
