/** Values and what NumPy and tb_actviz make of them. */

/** Bytes behind base64. */
export function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64, "base64"));
}

/** 8 × 8 values with one NaN; the others are from -9 to 9. */
export const NORMAL = new Float32Array(
  bytes(
    "AADAf5iEKcCCUv6+mURXP/lpEUDArWA+S3qNv17nyL/Orb8/kkBRQFmoCz+33R3A3lD1v23NTEBqwM8+mLZd" +
      "wOloK76X5BTABhmhv+bbeb+1m7a/NqqNPzgzAb745Ja/DbxRP2Zx1D+XTlLAInIDvwAAEEGaT7G+rAslwOd+" +
      "KT0ULpu9KNIbv3UiBsB22Uq/qrALwHt3LcA7LuY+Lv8NwEPMFUBKcrc/dbh/wHpUCz8NBQ3AAAAQwXa3sj3e" +
      "hH7AUAbvvun2Ar+rRfY/pjkXwFDwvD8kqwzA9p4pv0Ap178HcDlAanaRP4Ghm0CiVKQ/clHYP/421z/lSpu/" +
      "AAAAAA==",
  ).buffer,
);
