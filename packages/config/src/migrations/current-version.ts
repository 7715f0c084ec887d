import { formerVersion, group, kindVersions, version } from '@fairlead/api'
import { applyDefaults, deepEqual, deepFreeze, type TypedObject } from '@fairlead/kube-core'
import type { UpgradedResource } from './upgrade-resource.ts'

/** What differs between the versions, by kind, where a resource uses it. */
const differences: Readonly<Record<string, string>> = {
  Consumer: 'spec.serviceAccounts now lists namespace and name of each',
  Persona: 'spec.variables is now a list of variables, each with its name',
  PromptTemplate: 'spec.versions[0].version is now spec.versions[0].name, and so in each version',
}

/**
 * A resource of the former version, as its schema wants it and with its defaults, in the version of
 * today. One of another version is the same object.
 */
export function inCurrentVersion<T extends TypedObject>(resource: T): UpgradedResource<T> {
  const kind = kindVersions.find((each) => each.kind === resource.kind)
  const type = kind?.versions[version]
  if (type === undefined || resource.apiVersion !== `${group}/${formerVersion}`) {
    return { resource, changes: [] }
  }
  const converted = kind?.convert(resource, version)
  const current = deepFreeze(applyDefaults(converted, type.schema) as T)
  const isSame = deepEqual((current as WithSpec).spec, (resource as WithSpec).spec)
  const difference = isSame ? undefined : differences[resource.kind]
  return {
    resource: current,
    changes: [
      `apiVersion is now ${group}/${version}`,
      ...(difference === undefined ? [] : [difference]),
    ],
  }
}

interface WithSpec {
  readonly spec?: unknown
}
