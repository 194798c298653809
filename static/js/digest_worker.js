// Computes SHA-256 of files piece by piece, so that a file of many gigabytes needs a few megabytes of memory.
// Source: FIPS 180-4, sections 4.1.2, 4.2.2 and 6.2. The browser's own digest is faster, but takes a file only in one
// piece, and only on pages that came by HTTPS: it does the small ones.
const K = new Int32Array(64);
const START = new Int32Array(8);
for (let n = 2, found = 0; found < 64; n += 1) {
  let isPrime = true;
  for (let d = 2; d * d <= n; d += 1) if (n % d === 0) isPrime = false;
  if (!isPrime) continue;
  const fraction = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0;
  if (found < 8) START[found] = fraction(Math.sqrt(n));
  K[found] = fraction(Math.cbrt(n));
  found += 1;
}

const words = new Int32Array(64);
const rotate = (x, by) => (x >>> by) | (x << (32 - by));

const consume = (state, bytes) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const w = words;
  const k = K;
  for (let at = 0; at + 64 <= bytes.length; at += 64) {
    for (let i = 0; i < 16; i += 1) w[i] = view.getInt32(at + 4 * i);
    for (let i = 16; i < 64; i += 1) {
      const x = w[i - 15];
      const y = w[i - 2];
      const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
      const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    let [a, b, c, d] = [state[0], state[1], state[2], state[3]];
    let [e, f, g, h] = [state[4], state[5], state[6], state[7]];
    for (let i = 0; i < 64; i += 1) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + k[i] + w[i]) | 0;
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e] = [g, f, e, (d + t1) | 0];
      [d, c, b, a] = [c, b, a, (t1 + t2) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => (state[i] += value));
  }
};

// The last block: what is left, a one, zeros, and the length in bits.
const finish = (state, rest, size) => {
  const last = new Uint8Array(rest.length < 56 ? 64 : 128);
  last.set(rest);
  last[rest.length] = 0x80;
  const view = new DataView(last.buffer);
  view.setUint32(last.length - 8, Math.floor(size / 2 ** 29));
  view.setUint32(last.length - 4, (size * 8) >>> 0);
  consume(state, last);
  return [...state].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
};

const PIECE = 1 << 22; // a multiple of 64
const SMALL = 1 << 26;
const digest = async (file) => {
  if (file.size <= SMALL && globalThis.crypto?.subtle) {
    const whole = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    postMessage({ read: file.size });
    return [...whole].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  const state = Int32Array.from(START);
  let rest = new Uint8Array(0);
  for (let at = 0; at < file.size; at += PIECE) {
    const bytes = new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer());
    const whole = bytes.length - (bytes.length % 64);
    consume(state, bytes.subarray(0, whole));
    rest = bytes.subarray(whole);
    postMessage({ read: bytes.length });
  }
  return finish(state, rest, file.size);
};

onmessage = async ({ data }) => {
  try {
    postMessage({ sha256: await digest(data.file), name: data.name });
  } catch {
    // Gone or locked since it was chosen.
    postMessage({ failed: true, name: data.name });
  }
};
