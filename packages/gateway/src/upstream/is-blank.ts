const space = 0x20

/**
 * Whether bytes show no progress of an answer: some servers send spaces or line feeds while their
 * model works.
 */
export function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte <= space)
}
