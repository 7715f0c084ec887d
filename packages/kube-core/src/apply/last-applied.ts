import { isJsonObject } from '@fairlead/base'
import type { KubernetesObject } from '../object.ts'
import type { Conflict } from './apply-conflict.ts'
import { compareTypedValues } from './compare-typed-values.ts'
import type { FieldSet } from './field-set.ts'
import { fieldSetFromValue } from './field-set-from-value.ts'
import type { FieldType } from './field-type.ts'

/** The annotation in which client-side `kubectl apply` keeps its last configuration. */
const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration'

/** Only this manager migrates objects from client-side to server-side apply. */
export const kubectlManager = 'kubectl'

/**
 * The conflicts that remain when fields last set by client-side apply, and unchanged since, may
 * change managers.
 */
export function withoutLastApplied(
  conflicts: readonly Conflict[],
  live: KubernetesObject,
  type: FieldType,
): readonly Conflict[] {
  const owned = lastAppliedFields(live, type)
  return owned === undefined ? conflicts : conflicts.filter(({ path }) => !owned.has(path))
}

function lastAppliedFields(live: KubernetesObject, type: FieldType): FieldSet | undefined {
  const text = live.metadata.annotations?.[lastAppliedAnnotation]
  const applied = text === undefined ? undefined : parseObject(text)
  if (applied === undefined || applied['apiVersion'] !== live.apiVersion) return undefined
  const { removed, modified, added } = compareTypedValues(applied, live, type)
  return fieldSetFromValue(applied, type).difference(modified).difference(added).difference(removed)
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Keeps an existing annotation in sync with what kubectl applies on the server side. */
export function syncLastApplied(
  object: KubernetesObject,
  applied: KubernetesObject,
): KubernetesObject {
  const annotations = object.metadata.annotations
  if (!annotations?.[lastAppliedAnnotation]) return object
  const { [lastAppliedAnnotation]: _, ...others } = applied.metadata.annotations ?? {}
  const { annotations: __, ...metadata } = applied.metadata
  const withoutIt = {
    ...applied,
    metadata: {
      ...metadata,
      ...(Object.keys(others).length === 0 ? {} : { annotations: others }),
    },
  }
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { ...annotations, [lastAppliedAnnotation]: JSON.stringify(withoutIt) + '\n' },
    },
  }
}
