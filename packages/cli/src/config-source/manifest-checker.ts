import { definitions, group } from '@fairlead/api'
import { upgradeResource, type UpgradedResource } from '@fairlead/config'
import {
  apiVersionOf,
  applyDefaults,
  compileRules,
  deepEqual,
  deepFreeze,
  evaluateRules,
  fieldErrorMessage,
  pruneUnknownFields,
  SchemaValidator,
  storedSecretData,
  type DefinedResource,
  type FieldError,
  type KubernetesObject,
  type ResourceType,
  type TypedObject,
} from '@fairlead/kube-core'
import { Secret } from '@fairlead/kube-types'
import { ManifestError, type Manifest } from '../load-manifests.ts'

interface Checked {
  readonly object: KubernetesObject
  readonly result: UpgradedResource<KubernetesObject>
}

/**
 * Processes manifests as an API server processes objects: defaults, schema, rules, no unknown
 * fields. Older shapes are upgraded first. Validators of a kind are built on first use.
 */
export class ManifestChecker {
  readonly #checks = new Map<string, Check>()
  #checked: ReadonlyMap<string, Checked> = new Map()

  /**
   * The objects as they would be stored, and what was upgraded, in the order of the manifests; an
   * object that is equal to that of the last time is the same one, and is not checked again. Objects
   * of other groups are returned as is, except Secrets. Throws ManifestError with file, object and
   * fields, never with a value of a Secret.
   */
  checkAll(manifests: readonly Manifest[]): readonly UpgradedResource<KubernetesObject>[] {
    const checked = manifests.map((manifest) => {
      const { object } = manifest
      const { namespace, name } = object.metadata
      const identity = `${object.apiVersion} ${object.kind} ${namespace}/${name}`
      const before = this.#checked.get(identity)
      const result =
        before && deepEqual(before.object, object) ? before.result : this.#check(manifest)
      return [identity, { object, result }] as const
    })
    this.#checked = new Map(checked)
    return checked.map(([, { result }]) => result)
  }

  #check(manifest: Manifest): UpgradedResource<KubernetesObject> {
    const { file, object } = manifest
    if (isOf(Secret, object)) return { resource: storedSecret(manifest), changes: [] }
    const type = definitions.find((candidate) => isOf(candidate, object))
    if (type === undefined) {
      if (!object.apiVersion.startsWith(`${group}/`)) return { resource: object, changes: [] }
      throw new ManifestError(`${file}: there is no kind ${object.kind} in ${object.apiVersion}`)
    }
    const upgraded = upgradeResource(object)
    const resource = deepFreeze(applyDefaults(upgraded.resource, type.schema) as KubernetesObject)
    const errors = [...unknownFields(upgraded.resource, type), ...this.#checkOf(type)(resource)]
    refuse(manifest, errors.map(fieldErrorMessage))
    return { resource, changes: upgraded.changes }
  }

  #checkOf(type: DefinedResource<TypedObject>): Check {
    const known = this.#checks.get(type.kind)
    if (known !== undefined) return known
    const check = checkOf(type)
    this.#checks.set(type.kind, check)
    return check
  }
}

function isOf(type: ResourceType, { kind, apiVersion }: KubernetesObject): boolean {
  return type.kind === kind && apiVersionOf(type) === apiVersion
}

/** Throws ManifestError if there are reasons to. */
function refuse({ file, object }: Manifest, reasons: readonly string[]): void {
  if (reasons.length === 0) return
  throw new ManifestError(
    `${file}: ${object.kind} "${object.metadata.name}": ${reasons.join('; ')}`,
  )
}

function storedSecret(manifest: Manifest): KubernetesObject {
  const { stringData: _, ...secret } = manifest.object
  const { data, problems } = storedSecretData(manifest.object)
  refuse(manifest, problems)
  return { ...secret, data }
}

type Check = (object: KubernetesObject) => readonly FieldError[]

function checkOf({ schema }: DefinedResource<TypedObject>): Check {
  const validator = new SchemaValidator(schema)
  const { rules, errors: broken } = compileRules(schema)
  return (object) => {
    const wrong = [...broken, ...validator.validate(object)]
    return wrong.length > 0 ? wrong : evaluateRules(rules, object, undefined)
  }
}

function unknownFields(
  object: KubernetesObject,
  { schema }: DefinedResource<TypedObject>,
): readonly FieldError[] {
  const { pruned } = pruneUnknownFields(object, schema)
  return pruned.map((field) => ({ type: 'Forbidden', field, detail: 'unknown field' }))
}
