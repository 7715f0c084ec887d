import { formerVersion, group, kindVersions, ReferenceGrant } from '@fairlead/api'
import { inCurrentVersion, upgradeResource, type UpgradedResource } from '@fairlead/config'
import {
  apiVersionOf,
  applyDefaults,
  compileRules,
  deepEqual,
  deepFreeze,
  evaluateRules,
  fieldErrorMessage,
  parseApiVersion,
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

/** What manifests may be of: our kinds in every version. */
const types: readonly DefinedResource<TypedObject>[] = [
  ...kindVersions.flatMap(({ versions }) => Object.values(versions)),
  ReferenceGrant,
]

/** One manifest as it would be stored. */
interface CheckedManifest {
  readonly file: string
  readonly result: UpgradedResource<KubernetesObject>
}

interface CheckedManifests {
  readonly accepted: readonly CheckedManifest[]
  /** Of manifests that cannot be used, each with what is used instead. */
  readonly problems: readonly string[]
}

/**
 * Processes manifests as an API server processes objects: defaults, schema, rules, no unknown
 * fields, all in the version in which they are written. Older shapes are upgraded first; what is of
 * an older version is converted after that. Validators are built on first use.
 */
export class ManifestChecker {
  readonly #checks = new Map<DefinedResource<TypedObject>, Check>()
  #checked: ReadonlyMap<string, Checked> = new Map()

  /**
   * The objects as they would be stored, and what was upgraded, in the order of the manifests; an
   * object that is equal to that of the last time is the same one, and is not checked again. Objects
   * of other groups are returned as is, except Secrets. Of what is wrong, the object is what it was
   * the last time, if it was there, and the problem names file, object and fields, never a value of a
   * Secret.
   */
  checkAll(manifests: readonly Manifest[]): CheckedManifests {
    const accepted: CheckedManifest[] = []
    const problems: string[] = []
    const checked = new Map<string, Checked>()
    for (const manifest of manifests) {
      const { file, object } = manifest
      const identity = identityOf(object)
      const before = this.#checked.get(identity)
      try {
        const isSame = before !== undefined && deepEqual(before.object, object)
        const result = isSame ? before.result : this.check(manifest)
        checked.set(identity, { object, result })
        accepted.push({ file, result })
      } catch (error) {
        if (!(error instanceof ManifestError)) throw error
        problems.push(
          `${error.message} (${before ? 'its last good state stays in use' : 'not used'})`,
        )
        if (before === undefined) continue
        checked.set(identity, before)
        accepted.push({ file, result: before.result })
      }
    }
    this.#checked = checked
    return { accepted, problems }
  }

  /** One of them. Throws ManifestError for what is wrong with it. */
  check(manifest: Manifest): UpgradedResource<KubernetesObject> {
    const { file, object } = manifest
    if (isOf(Secret, object)) return { resource: storedSecret(manifest), changes: [] }
    const type = types.find((candidate) => isOf(candidate, object))
    if (type === undefined) {
      if (!object.apiVersion.startsWith(`${group}/`)) return { resource: object, changes: [] }
      throw new ManifestError(`${file}: there is no kind ${object.kind} in ${object.apiVersion}`)
    }
    const upgraded =
      type.version === formerVersion ? upgradeResource(object) : { resource: object, changes: [] }
    const resource = deepFreeze(applyDefaults(upgraded.resource, type.schema) as KubernetesObject)
    const errors = [...unknownFields(upgraded.resource, type), ...this.#checkOf(type)(resource)]
    refuse(manifest, errors.map(fieldErrorMessage))
    const converted = inCurrentVersion(resource)
    return { ...converted, changes: [...upgraded.changes, ...converted.changes] }
  }

  #checkOf(type: DefinedResource<TypedObject>): Check {
    const known = this.#checks.get(type)
    if (known !== undefined) return known
    const check = checkOf(type)
    this.#checks.set(type, check)
    return check
  }
}

/** `group kind namespace/name`: the same for an object in all its versions. */
export function identityOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  return `${parseApiVersion(apiVersion).group} ${kind} ${metadata.namespace}/${metadata.name}`
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
