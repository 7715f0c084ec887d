import { randomBytes } from 'node:crypto'

/** A new API key: a prefix that secret scanners can detect, and 192 random bits. */
export function newApiKey(): string {
  return `flk_${randomBytes(24).toString('base64url')}`
}
