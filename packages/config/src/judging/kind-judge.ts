import { canonicalJson, compareText, sameElements } from '@fairlead/base'
import { fieldErrorMessage, SchemaValidator, type TypedObject } from '@fairlead/kube-core'
import type { Capabilities } from '@fairlead/snapshot'
import { freeze } from '../values/freeze.ts'
import { keyOf } from '../values/resource-key.ts'
import { answersHold, type Answer } from './answers.ts'
import type { Catalogue, Catalogues } from './catalogue.ts'
import { Findings } from './findings.ts'
import type { Judged } from './judged.ts'
import type { KindCompiler } from './kind-compiler.ts'
import type { ReferenceGrants } from './reference-grants.ts'
import { unsupportedFieldsReader } from './unsupported-fields.ts'

/** What resources are judged by, beside themselves. */
interface Court {
  readonly grants: ReferenceGrants
  /** Of the kinds that this one refers to, at least. */
  readonly catalogues: Catalogues
}

/** A judgement with what it was based on. */
interface Judgement {
  readonly judged: Judged
  readonly answers: readonly Answer[]
}

interface Session {
  readonly court: readonly unknown[]
  readonly resources: readonly TypedObject[]
  /** In the order of `resources`. */
  readonly judgements: readonly Judgement[]
  /** Indexes of `judgements`, ordered by key. */
  readonly order: readonly number[]
  readonly catalogue: Catalogue
}

/**
 * Judges the resources of one kind, each again only if it, or an answer to what was asked about
 * others, has changed. What comes out is what judging all of them anew would give, and what is equal
 * to the last time is the same object.
 */
export class KindJudge {
  readonly #compiler: KindCompiler
  readonly #capabilities: Capabilities
  readonly #schema: SchemaValidator
  readonly #unsupported: (resource: TypedObject) => readonly string[]
  readonly #known = new WeakMap<TypedObject, Judgement>()
  #last: Session | undefined

  constructor(compiler: KindCompiler, capabilities: Capabilities) {
    this.#compiler = compiler
    this.#capabilities = capabilities
    this.#schema = new SchemaValidator(compiler.type.schema)
    this.#unsupported = unsupportedFieldsReader(compiler.unsupportedFields?.(capabilities) ?? [])
  }

  /** A resource that is the same object as the last time must not have changed. */
  judge(resources: readonly TypedObject[], court: Court): Catalogue {
    const last = this.#last
    const basis = this.#basis(court)
    const sameCourt = last !== undefined && sameElements(basis, last.court)
    if (sameCourt && last.resources === resources) return last.catalogue
    const judgements = resources.map((resource, index) => {
      const unmoved = last?.resources[index] === resource ? last.judgements[index] : undefined
      if (unmoved && sameCourt) return unmoved
      const known = unmoved ?? this.#known.get(resource)
      if (known && answersHold(known.answers, court.grants, court.catalogues)) return known
      return this.#judge(resource, court)
    })
    this.#last = this.#session(basis, resources, judgements)
    return this.#last.catalogue
  }

  /** The parts of the court on which judgements of this kind can depend. */
  #basis({ grants, catalogues }: Court): readonly unknown[] {
    return [grants, ...this.#compiler.references.map(({ kind }) => catalogues.get(kind))]
  }

  /** A rejected resource has no settings, whatever was read of it. */
  #judge(resource: TypedObject, { grants, catalogues }: Court): Judgement {
    const compiler = this.#compiler
    const findings = new Findings(resource, compiler.references, grants, catalogues)
    for (const error of this.#schema.validate(withoutStatus(resource))) {
      // Without the value, which may be a secret: conditions are kept.
      findings.reject(fieldErrorMessage({ ...error, badValue: undefined }))
    }
    const fits = findings.invalid.length === 0
    const settings = fits ? compiler.compile(resource, findings, this.#capabilities) : undefined
    const key = keyOf(resource)
    const before = this.#last?.catalogue.byKey.get(key)
    const fresh: Judged = {
      resource,
      key,
      fits,
      settings: findings.invalid.length === 0 ? kept(settings, before?.settings) : undefined,
      invalid: findings.invalid,
      onStreams: findings.onStreams,
      unserved: findings.unserved,
      referenceProblems: findings.referenceProblems,
      unsupported: fits ? this.#unsupported(resource) : [],
      secrets: findings.secrets,
      notices: findings.notices,
    }
    const judged = before && sameVerdict(fresh, before) ? before : freezeVerdict(fresh)
    const judgement = { judged, answers: findings.answers }
    this.#known.set(resource, judgement)
    return judgement
  }

  #session(
    court: readonly unknown[],
    resources: readonly TypedObject[],
    judgements: readonly Judgement[],
  ): Session {
    const last = this.#last
    const isUnchanged = (judgement: Judgement, index: number) =>
      judgement.judged === last?.judgements[index]?.judged
    if (last?.judgements.length === judgements.length && judgements.every(isUnchanged)) {
      return { ...last, court, resources, judgements }
    }
    const order = orderOf(judgements, last)
    const byKey = new Map<string, Judged>()
    for (const index of order) {
      const judged = judgements[index]?.judged
      if (judged !== undefined) byKey.set(judged.key, judged)
    }
    return { court, resources, judgements, order, catalogue: { compiler: this.#compiler, byKey } }
  }
}

/** What others write there, and later versions, is nobody's fault who wrote the rest. */
function withoutStatus(resource: TypedObject): TypedObject {
  const { status: _, ...rest } = resource as TypedObject & { readonly status?: unknown }
  return rest
}

/** Sorted by key; as the last time, if the keys are those of the last time. */
function orderOf(judgements: readonly Judgement[], last: Session | undefined): readonly number[] {
  const isSameKey = ({ judged }: Judgement, index: number) =>
    judged.key === last?.judgements[index]?.judged.key
  if (last?.judgements.length === judgements.length && judgements.every(isSameKey)) {
    return last.order
  }
  return judgements
    .map(({ judged: { key } }, index) => ({ key, index }))
    .toSorted((left, right) => compareText(left.key, right.key))
    .map(({ index }) => index)
}

/** The settings of the last time, if they say the same; of a list, those of its entries that do. */
function kept(settings: unknown, before: unknown): unknown {
  if (settings === undefined || before === undefined) return freeze(settings)
  if (canonicalJson(settings) === canonicalJson(before)) return before
  if (!Array.isArray(settings) || !Array.isArray(before)) return freeze(settings)
  return freeze(settings.map((entry, index) => kept(entry, before[index])))
}

function sameVerdict(judged: Judged, before: Judged): boolean {
  const texts = ({ invalid, referenceProblems, unsupported, secrets, notices }: Judged) =>
    canonicalJson([invalid, referenceProblems, unsupported, secrets, notices])
  return (
    judged.resource === before.resource &&
    judged.settings === before.settings &&
    texts(judged) === texts(before)
  )
}

/** All but the resource, which belongs to whoever listed it. */
function freezeVerdict(judged: Judged): Judged {
  freeze(judged.invalid)
  freeze(judged.onStreams)
  freeze(judged.unserved)
  freeze(judged.referenceProblems)
  freeze(judged.unsupported)
  freeze(judged.secrets)
  freeze(judged.notices)
  return Object.freeze(judged)
}
