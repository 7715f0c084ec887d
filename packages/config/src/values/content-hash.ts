import { createHash } from 'node:crypto'
import { canonicalJson } from '@fairlead/base'

/** `sha256:<hex>` over the canonical JSON of a value. */
export function contentHash(value: unknown): string {
  return 'sha256:' + createHash('sha256').update(canonicalJson(value)).digest('hex')
}
