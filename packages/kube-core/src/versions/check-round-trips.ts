import { compileRules, type RuleSet } from '../cel/compile-rules.ts'
import { evaluateRules } from '../cel/evaluate-rules.ts'
import type { DefinedResource } from '../crd/define-resource.ts'
import type { TypedObject } from '../object.ts'
import { apiVersionOf } from '../resource-type.ts'
import { Draw } from '../samples/draw.ts'
import { shrink } from '../samples/shrink.ts'
import { SampleError } from '../samples/sample-error.ts'
import { ValueSampler } from '../samples/value-sampler.ts'
import { pruneUnknownFields } from '../schema/prune.ts'
import { SchemaValidator } from '../schema/schema-validator.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { withDefaults } from '../schema/with-defaults.ts'
import type { ConvertibleKind } from './convertible-kind.ts'
import { type Difference, differences } from './difference.ts'
import { LossyFields, withoutIndices } from './lossy-fields.ts'
import { type FailedRoundTrip, RoundTripError } from './round-trip-error.ts'

/** How often an object is made anew until it meets the rules of the whole. */
const attemptsMax = 200

export interface RoundTripOptions {
  /** The same seed gives the same objects. Defaults to 1. */
  readonly seed?: number
  /** How many objects of each version are converted to the hub and back, or from it. Defaults to 100. */
  readonly rounds?: number
  /**
   * Fields that may get lost, with all that is below them, such as `spec.backup` or
   * `spec.rules[].port`. Defaults to none.
   */
  readonly lossy?: readonly string[]
}

/**
 * Converts objects of every version to the hub and back, and of the hub to every version and back, as
 * the API server does, which drops unknown fields and applies defaults on the way. The objects are
 * made from the schemas, and meet their rules; fields without a schema get something too.
 * @throws RoundTripError with a small object that does not come back as it was, and which of its
 * fields; SampleError if a schema accepts nothing that is tried
 */
export function checkRoundTrips(kind: ConvertibleKind, options: RoundTripOptions = {}): void {
  const { seed = 1, rounds = 100, lossy = [] } = options
  const hub = kind.storage
  const lossyFields = new LossyFields(lossy, Object.values(kind.versions))
  const spokes = Object.keys(kind.versions).filter((name) => name !== hub)
  for (const spoke of spokes) {
    for (const [from, via] of [
      [hub, spoke],
      [spoke, hub],
    ] as const) {
      checkTrips(new RoundTrip(kind, from, via, lossyFields), seed, rounds)
    }
  }
}

function checkTrips(trip: RoundTrip, seed: number, rounds: number): void {
  const sampler = new ValueSampler(new Draw(seed))
  for (let round = 1; round <= rounds; round += 1) {
    const object = trip.sample(sampler)
    if (trip.failure(object) === undefined) continue
    const smallest = trip.smallest(object)
    throw new RoundTripError({
      ...trip.names,
      seed,
      round,
      object: smallest,
      ...trip.failed(smallest),
    })
  }
}

type Failure = Pick<FailedRoundTrip, 'between' | 'differences'> & { readonly cause?: unknown }

class RoundTrip {
  readonly names: { readonly from: string; readonly via: string }
  readonly #kind: ConvertibleKind
  readonly #from: DefinedResource<TypedObject>
  readonly #via: DefinedResource<TypedObject>
  readonly #lossy: LossyFields
  readonly #validator: SchemaValidator
  readonly #rules: RuleSet | undefined

  constructor(kind: ConvertibleKind, from: string, via: string, lossy: LossyFields) {
    this.names = { from, via }
    this.#kind = kind
    this.#from = versionOf(kind, from)
    this.#via = versionOf(kind, via)
    this.#lossy = lossy
    this.#validator = new SchemaValidator(this.#from.schema)
    this.#rules = compileRules(this.#from.schema).rules
  }

  /** An object of the version, as it would be stored. */
  sample(sampler: ValueSampler): TypedObject {
    const { kind, namespaced } = this.#from
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      const object: TypedObject = {
        apiVersion: apiVersionOf(this.#from),
        kind,
        metadata: {
          name: 'sample',
          ...(namespaced && { namespace: 'default' }),
          labels: { app: 'sample' },
          annotations: { 'example.com/kept': 'as it is' },
        },
        ...(sampler.sample(fieldsOf(this.#from), kind) as object),
      }
      if (this.#isValid(object)) return object
    }
    throw new SampleError(`no ${kind} of ${attemptsMax} met the rules of ${this.#from.version}`)
  }

  /** What is wrong with the way there and back; undefined if nothing is. */
  failure(object: TypedObject): Failure | undefined {
    let between: TypedObject | undefined
    try {
      between = asServed(this.#kind.convert(object, this.#via.version), this.#via)
      const after = asServed(this.#kind.convert(between, this.#from.version), this.#from)
      const found = differences(object, this.#withoutCarried(after, object)).filter(
        (each) => !this.#isAllowed(each),
      )
      return found.length === 0 ? undefined : { between, differences: found }
    } catch (cause) {
      return { between, differences: [], cause }
    }
  }

  /** As `failure`, for an object for which there is one. */
  failed(object: TypedObject): Failure {
    return this.failure(object) ?? { between: undefined, differences: [] }
  }

  /** The smallest object that fails in the same field, or at all if a conversion throws. */
  smallest(object: TypedObject): TypedObject {
    const { apiVersion, kind } = object
    const paths = pathsOf(this.failed(object))
    const identity = { ...object.metadata }
    delete identity.labels
    delete identity.annotations
    return shrink(
      object,
      (smaller) =>
        this.#isValid(smaller) &&
        pathsOf(this.failure(smaller)).some((path) => paths.includes(path)),
      (smaller) =>
        withDefaults(
          { ...smaller, apiVersion, kind, metadata: { ...smaller.metadata, ...identity } },
          this.#from.schema,
        ),
    )
  }

  #isValid(object: TypedObject): boolean {
    return (
      this.#validator.validate(object).length === 0 &&
      evaluateRules(this.#rules, object, undefined).length === 0
    )
  }

  /**
   * An older version's annotations carry what only the hub has, defaults for instance: those that come
   * in are not lost, as cluster-api's round trip tests have it too.
   */
  #withoutCarried(after: TypedObject, before: TypedObject): TypedObject {
    if (this.names.from === this.#kind.storage) return after
    const known = before.metadata.annotations ?? {}
    const annotations = Object.fromEntries(
      Object.entries(after.metadata.annotations ?? {}).filter(([key]) => Object.hasOwn(known, key)),
    )
    return { ...after, metadata: { ...after.metadata, annotations } }
  }

  #isAllowed({ path, before, after }: Difference): boolean {
    const isEmptied =
      (path === 'metadata.annotations' || path === 'metadata.labels') &&
      isNothing(before) &&
      isNothing(after)
    return isEmptied || this.#lossy.includes(path)
  }
}

/** The fields of a failure, whatever the places of items; one that is none for what is thrown. */
function pathsOf(failure: Failure | undefined): readonly string[] {
  if (failure === undefined) return []
  if (failure.differences.length === 0) return ['thrown']
  return failure.differences.map(({ path }) => withoutIndices(path))
}

/** No labels are no labels, however that is said. */
function isNothing(labels: unknown): boolean {
  return Object.keys(labels ?? {}).length === 0
}

function versionOf(kind: ConvertibleKind, name: string): DefinedResource<TypedObject> {
  const version = kind.versions[name]
  if (version === undefined) throw new TypeError(`${kind.kind} has no version ${name}`)
  return version
}

/** What objects have beside their type and metadata, which rules of the whole object may name. */
function fieldsOf({ schema }: DefinedResource<TypedObject>): StructuralSchema {
  const { 'x-kubernetes-validations': _, ...fields } = schema
  const { apiVersion: __, kind: ___, metadata: ____, ...properties } = schema.properties ?? {}
  return { ...fields, properties }
}

/** As the API server reads it next time. */
function asServed(object: TypedObject, version: DefinedResource<TypedObject>): TypedObject {
  const known = pruneUnknownFields(object, version.schema).object
  return withDefaults(known as TypedObject, version.schema)
}
