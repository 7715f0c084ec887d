import type { StructuralSchema } from '../schema/structural-schema.ts'
import { applyMergePatch } from './merge-patch.ts'

export function applyStrategicMergePatch(
  document: unknown,
  patch: unknown,
  schema: StructuralSchema | undefined,
): unknown {
  void schema
  return applyMergePatch(document, patch)
}
