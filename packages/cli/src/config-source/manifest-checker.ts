import { definitions, group } from '@fairlead/api'
import { currentResource, upgradeResource, type UpgradedResource } from '@fairlead/config'
import {
  apiVersionOf,
  compileRules,
  evaluateRules,
  fieldErrorMessage,
  pruneUnknownFields,
  SchemaValidator,
  type DefinedResource,
  type FieldError,
  type KubernetesObject,
} from '@fairlead/kube-core'
import { ManifestError, type Manifest } from '../load-manifests.ts'

/**
 * Processes manifests as an API server processes objects: defaults, schema, rules, no unknown
 * fields. Older shapes are upgraded first. Validators of a kind are built on first use.
 */
export class ManifestChecker {
  readonly #checks = new Map<string, Check>()

  /**
   * The object as it would be stored, and what was upgraded. Objects of other groups, such as
   * Secrets, are returned as is. Throws ManifestError with file, object and fields.
   */
  check({ file, object }: Manifest): UpgradedResource<KubernetesObject> {
    const type = definitions.find(
      (candidate) =>
        candidate.kind === object.kind && apiVersionOf(candidate) === object.apiVersion,
    )
    if (type === undefined) {
      if (!object.apiVersion.startsWith(`${group}/`)) return { resource: object, changes: [] }
      throw new ManifestError(`${file}: there is no kind ${object.kind} in ${object.apiVersion}`)
    }
    const upgraded = upgradeResource(object)
    const resource = currentResource<KubernetesObject>(type, upgraded.resource)
    const errors = [...unknownFields(upgraded.resource, type), ...this.#checkOf(type)(resource)]
    if (errors.length > 0) {
      const reasons = errors.map(fieldErrorMessage).join('; ')
      throw new ManifestError(`${file}: ${object.kind} "${object.metadata.name}": ${reasons}`)
    }
    return { resource, changes: upgraded.changes }
  }

  #checkOf(type: DefinedResource<KubernetesObject>): Check {
    const known = this.#checks.get(type.kind)
    if (known !== undefined) return known
    const check = checkOf(type)
    this.#checks.set(type.kind, check)
    return check
  }
}

type Check = (object: KubernetesObject) => readonly FieldError[]

function checkOf({ schema }: DefinedResource<KubernetesObject>): Check {
  const validator = new SchemaValidator(schema)
  const { rules, errors: broken } = compileRules(schema)
  return (object) => {
    const wrong = [...broken, ...validator.validate(object)]
    return wrong.length > 0 ? wrong : evaluateRules(rules, object, undefined)
  }
}

function unknownFields(
  object: KubernetesObject,
  { schema }: DefinedResource<KubernetesObject>,
): readonly FieldError[] {
  const { pruned } = pruneUnknownFields(object, schema)
  return pruned.map((field) => ({ type: 'Forbidden', field, detail: 'unknown field' }))
}
