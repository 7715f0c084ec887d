import { isJsonObject } from '@fairlead/base'
import type { TypedObject } from '@fairlead/kube-core'
import type { Migration } from './migration.ts'
import { numberSettings } from './number-settings.ts'
import { retryConditions } from './retry-conditions.ts'

/** Every change of shape within v1alpha1, oldest first. */
const migrations: readonly Migration[] = [retryConditions, numberSettings]

export interface UpgradedResource<T extends TypedObject> {
  readonly resource: T
  /** What changed, naming the fields; empty for a resource that is up to date. */
  readonly changes: readonly string[]
}

/** The names of the migrations that concern a kind, oldest first. */
export function migrationsOf(kind: string): readonly string[] {
  return migrations.filter(({ kinds }) => kinds.includes(kind)).map(({ name }) => name)
}

/** A resource of v1alpha1 in the last shape of that version: the same object if it has it already. */
export function upgradeResource<T extends TypedObject>(resource: T): UpgradedResource<T> {
  let { spec } = resource as { readonly spec?: unknown }
  const changes: string[] = []
  for (const migration of migrations) {
    if (!migration.kinds.includes(resource.kind) || !isJsonObject(spec)) continue
    const upgrade = migration.upgrade(spec)
    spec = upgrade.spec
    changes.push(...upgrade.changes)
  }
  return changes.length === 0 ? { resource, changes } : { resource: { ...resource, spec }, changes }
}
