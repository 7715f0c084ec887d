import { deepFreeze } from '../deep-freeze.ts'
import type { DeepReadonly } from '../deep-readonly.ts'
import { deepEqual } from '../deep-equal.ts'
import {
  type CustomResourceConversion,
  type CustomResourceDefinitionObject,
} from '../crd/custom-resource-definition.ts'
import type { DefinedResource } from '../crd/define-resource.ts'
import type { TypedObject } from '../object.ts'
import { apiVersionOf, parseApiVersion } from '../resource-type.ts'
import { convertObject, type ConvertFields } from './convert-object.ts'
import { differingField } from './same-fields.ts'
import type { ObjectOf, VersionConversions } from './version-conversion.ts'

/** The versions of a kind by their names. */
export type DefinedVersions = Readonly<Record<string, DefinedResource<TypedObject>>>

/** How the versions of a kind belong together. */
export interface VersionsDeclaration<V extends DefinedVersions, Hub extends keyof V> {
  /** The version in which objects are stored: the hub, to and from which all others are converted. */
  readonly storage: Hub
  readonly convert: VersionConversions<V, NoInfer<Hub>>
}

/** A kind in all its versions. */
export interface ResourceVersions<V extends DefinedVersions = DefinedVersions> {
  readonly group: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  /** The name of the version in which objects are stored. */
  readonly storage: keyof V & string
  readonly versions: V
  /**
   * The definition with all versions. If they need conversion, its webhook is at the path `/convert`
   * of a Service `webhook-service` in the namespace `system`, as kubebuilder has it: put the real one
   * in its place.
   */
  readonly crd: CustomResourceDefinitionObject
  /**
   * An object in another version, through the hub; frozen. An object of that version comes back as
   * it is.
   * @throws TypeError for an object of another kind, for a version that is not there, and for a
   * conversion that breaks its contract; whatever a conversion function throws
   */
  convert<Name extends keyof V & string>(
    object: DeepReadonly<ObjectOf<V[keyof V]>>,
    version: Name,
  ): DeepReadonly<ObjectOf<V[Name]>>
}

/**
 * Makes one kind of its versions. Each is a `defineResource` of the same group, kind, names and scope;
 * all but the hub say how they are converted to it and back, or `'none'` if their objects have the
 * same fields.
 * @throws TypeError that says which versions do not fit together
 */
export function defineVersions<const V extends DefinedVersions, Hub extends keyof V & string>(
  versions: V,
  { storage, convert }: VersionsDeclaration<V, Hub>,
): ResourceVersions<V> {
  const hub = versions[storage]
  if (hub === undefined) throw new TypeError(`the storage version ${storage} is not among versions`)
  for (const [name, version] of Object.entries(versions)) checkVersion(name, version, hub)
  const converters = convertersOf(versions, storage, convert)
  const needsWebhook = [...converters.values()].some(({ isSame }) => !isSame)
  const crd = definition(versions, storage, needsWebhook)
  return Object.freeze({
    group: hub.group,
    kind: hub.kind,
    plural: hub.plural,
    namespaced: hub.namespaced,
    storage,
    versions: Object.freeze({ ...versions }),
    crd: deepFreeze(crd),
    convert: (object: unknown, version: string) =>
      convertThroughHub(object as TypedObject, version, { hub, converters }) as never,
  })
}

interface Converter {
  readonly toHub: ConvertFields
  readonly fromHub: ConvertFields
  readonly isSame: boolean
}

const same: Converter = { toHub: (object) => object, fromHub: (object) => object, isSame: true }

interface HubAndSpokes {
  readonly hub: DefinedResource<TypedObject>
  readonly converters: ReadonlyMap<string, Converter>
}

function convertThroughHub(
  object: TypedObject,
  version: string,
  { hub, converters }: HubAndSpokes,
): TypedObject {
  const from = parseApiVersion(object.apiVersion)
  if (from.group !== hub.group || object.kind !== hub.kind) {
    throw new TypeError(
      `${object.apiVersion} ${object.kind} cannot be converted: expected a ${hub.kind} of ${hub.group}`,
    )
  }
  const converterOf = (name: string): Converter | undefined => {
    const converter = converters.get(name)
    if (converter !== undefined || name === hub.version) return converter
    const names = [hub.version, ...converters.keys()].toSorted().join(', ')
    throw new TypeError(`${hub.kind} has no version ${name}: expected one of ${names}`)
  }
  const [toHub, fromHub] = [converterOf(from.version)?.toHub, converterOf(version)?.fromHub]
  if (from.version === version) return object
  const atHub = toHub ? convertObject(object, apiVersionOf(hub), toHub) : object
  const target = apiVersionOf({ group: hub.group, version })
  return fromHub ? convertObject(atHub, target, fromHub) : atHub
}

function checkVersion(
  name: string,
  version: DefinedResource<TypedObject>,
  hub: DefinedResource<TypedObject>,
): void {
  if (version.version !== name) {
    throw new TypeError(`version ${name} is defined as ${version.version}: both must be the same`)
  }
  const { group, names, scope } = version.crd.spec
  const expected = hub.crd.spec
  for (const [what, ours, theirs] of [
    ['group', group, expected.group],
    ['names', names, expected.names],
    ['scope', scope, expected.scope],
  ] as const) {
    if (!deepEqual(ours, theirs)) {
      throw new TypeError(
        `${name} and ${hub.version} must have the same ${what}: ${JSON.stringify(ours)} is not ${JSON.stringify(theirs)}`,
      )
    }
  }
}

function convertersOf<V extends DefinedVersions>(
  versions: V,
  storage: keyof V & string,
  convert: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, Converter> {
  for (const name of Object.keys(convert)) {
    if (name === storage) throw new TypeError(`${name} is the hub: it has no conversion`)
    if (!Object.hasOwn(versions, name)) throw new TypeError(`no version ${name} to convert`)
  }
  const spokes = Object.keys(versions).filter((name) => name !== storage)
  return new Map(
    spokes.map((name) => {
      const conversion = convert[name]
      if (conversion === 'none') checkSameFields(versions, name, storage)
      else if (!isConverter(conversion)) {
        throw new TypeError(`convert.${name} must have toHub and fromHub, or be 'none'`)
      }
      return [name, conversion === 'none' ? same : { ...(conversion as Converter), isSame: false }]
    }),
  )
}

function isConverter(value: unknown): boolean {
  const { toHub, fromHub } = (value ?? {}) as Partial<Record<'toHub' | 'fromHub', unknown>>
  return typeof toHub === 'function' && typeof fromHub === 'function'
}

function checkSameFields(versions: DefinedVersions, name: string, storage: string): void {
  const [spoke, hub] = [versions[name], versions[storage]]
  const field = spoke && hub && differingField(spoke.schema, hub.schema)
  if (field === undefined) return
  throw new TypeError(
    `convert.${name} cannot be 'none': ${field} is not the same in ${name} and ${storage}`,
  )
}

function definition(
  versions: DefinedVersions,
  storage: string,
  needsWebhook: boolean,
): CustomResourceDefinitionObject {
  const all = Object.values(versions).toSorted((a, b) => (a.version < b.version ? -1 : 1))
  const [first] = all
  if (first === undefined) throw new TypeError('a kind needs at least one version')
  const hub = versions[storage] ?? first
  return {
    ...hub.crd,
    spec: {
      ...hub.crd.spec,
      versions: all.flatMap(({ version, crd }) =>
        crd.spec.versions.map((each) => ({ ...each, storage: version === storage })),
      ),
      conversion: needsWebhook ? webhookConversion() : { strategy: 'None' },
    },
  }
}

function webhookConversion(): CustomResourceConversion {
  return {
    strategy: 'Webhook',
    webhook: {
      clientConfig: {
        service: { namespace: 'system', name: 'webhook-service', path: '/convert' },
      },
      conversionReviewVersions: ['v1'],
    },
  }
}
