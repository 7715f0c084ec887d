import type { CustomResourceDefinitionObject } from '@fairlead/kube-core'
import { ScaffoldError } from '../scaffold-error.ts'

/**
 * The definitions among what the modules of a project export, and those that controllers are for,
 * sorted by their names. One with all versions of a kind takes the place of those with one.
 * @throws ScaffoldError for versions of a kind that nothing brings together
 */
export function definedKinds(
  values: readonly unknown[],
): readonly CustomResourceDefinitionObject[] {
  const byName = new Map<string, CustomResourceDefinitionObject>()
  const found = values.flatMap(definitionOf)
  // The fewest versions first: what has all of them is last.
  for (const crd of found.toSorted((a, b) => a.spec.versions.length - b.spec.versions.length)) {
    const known = byName.get(crd.metadata.name)
    const lost = known?.spec.versions.find(
      ({ name }) => !crd.spec.versions.some((version) => version.name === name),
    )
    if (lost !== undefined && !found.some((one) => hasBoth(one, crd, lost.name))) {
      throw new ScaffoldError(
        `${crd.metadata.name} is defined in the versions ${lost.name} and ${crd.spec.versions.map(({ name }) => name).join(', ')} apart: ` +
          'bring them together with defineVersions, and export that from src/api',
      )
    }
    byName.set(crd.metadata.name, crd)
  }
  return [...byName.values()].toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
}

function hasBoth(
  one: CustomResourceDefinitionObject,
  other: CustomResourceDefinitionObject,
  version: string,
): boolean {
  if (one.metadata.name !== other.metadata.name) return false
  const names = new Set(one.spec.versions.map(({ name }) => name))
  return names.has(version) && other.spec.versions.every(({ name }) => names.has(name))
}

function definitionOf(value: unknown): CustomResourceDefinitionObject[] {
  if (typeof value !== 'object' || value === null || !('crd' in value)) return []
  const { crd } = value as { readonly crd: CustomResourceDefinitionObject | undefined }
  return crd?.kind === 'CustomResourceDefinition' ? [crd] : []
}
