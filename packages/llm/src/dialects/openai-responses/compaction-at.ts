import type { JsonObject } from '@fairlead/base'

/** `context_management` that has what is sent compacted beyond so many tokens. */
export function compactionAt(tokens: number): readonly JsonObject[] {
  return [{ type: 'compaction', compact_threshold: tokens }]
}
