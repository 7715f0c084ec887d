import { group } from '@fairlead/api'
import { parseGoDuration, type ResourceType, type TypedObject } from '@fairlead/kube-core'
import type { SecretKeyRef } from '@fairlead/snapshot'
import { namespaceOf, resourceKey } from '../values/resource-key.ts'
import {
  partsOfTarget,
  targetState,
  textOfTarget,
  type Answer,
  type PartsReader,
  type TextReader,
} from './answers.ts'
import type { Catalogues } from './catalogue.ts'
import type { Notice } from './notices.ts'
import type { ReferenceGrants } from './reference-grants.ts'

export interface ReferenceProblem {
  readonly reason: 'RefNotFound' | 'RefNotPermitted'
  /** Begins with the path. */
  readonly message: string
  /** Of the field that refers. */
  readonly path: string
}

/** A Secret's key, and the path of the field that names it. */
export interface NamedSecret {
  readonly path: string
  readonly secret: SecretKeyRef
}

interface NamedReference {
  readonly name: string
  readonly namespace?: string
}

/** Collects what is wrong with one resource while its settings are read. */
export class Findings {
  readonly invalid: string[] = []
  readonly referenceProblems: ReferenceProblem[] = []
  /** What the author should know although the resource is accepted. */
  readonly notices: Notice[] = []
  /** Those of `invalid` that only answers which are streams are against. */
  readonly onStreams: string[] = []
  /** Those of `invalid` that are a matter of this version. */
  readonly unserved: string[] = []
  readonly secrets: NamedSecret[] = []
  /** What was asked about other resources: while the answers are the same, so is the judgement. */
  readonly answers: Answer[] = []
  readonly #from: TypedObject
  readonly #references: readonly ResourceType[]
  readonly #grants: ReferenceGrants
  readonly #catalogues: Catalogues

  constructor(
    from: TypedObject,
    references: readonly ResourceType[],
    grants: ReferenceGrants,
    catalogues: Catalogues,
  ) {
    this.#from = from
    this.#references = references
    this.#grants = grants
    this.#catalogues = catalogues
  }

  /** Rejects the resource: it is not accepted. The message begins with the field's path. */
  reject(message: string): void {
    this.invalid.push(message)
  }

  /**
   * Rejects the resource because of this version, which does not serve what it asks for: as `reject`,
   * but no mistake of whoever writes it, for another version may serve it.
   */
  rejectUnserved(message: string): void {
    this.unserved.push(message)
    this.reject(message)
  }

  /** Rejects the resource because what it asks for cannot hold on a stream. */
  rejectOnStreams(message: string): void {
    this.onStreams.push(message)
    this.reject(message)
  }

  /** A Go duration in milliseconds; an unparsable one rejects the resource. */
  duration(text: string, path: string): number {
    try {
      return parseGoDuration(text)
    } catch {
      this.reject(`${path}: ${JSON.stringify(text)} is not a duration such as 30s or 1h30m`)
      return 0
    }
  }

  /** A duration in milliseconds; one outside the bounds, which are part of the range, is rejected. */
  durationWithin(text: string, path: string, [least, most]: readonly [string, string]): number {
    const problems = this.invalid.length
    const valueMs = this.duration(text, path)
    const isWithin = valueMs >= parseGoDuration(least) && valueMs <= parseGoDuration(most)
    if (!isWithin && this.invalid.length === problems) {
      this.reject(`${path}: must be from ${least} to ${most}, and is ${text}`)
    }
    return valueMs
  }

  /** Where a Secret's key is. Whether it exists only the replicas know, which alone may read it. */
  secret(
    reference: NamedReference & { readonly key: string },
    path: string,
  ): SecretKeyRef | undefined {
    const namespace = reference.namespace ?? namespaceOf(this.#from)
    if (!this.#permits('', 'Secret', namespace, reference.name, path)) return undefined
    const secret = { namespace, name: reference.name, key: reference.key }
    this.secrets.push({ path, secret })
    return secret
  }

  /** Whether a ServiceAccount of Kubernetes may be named. Whether it exists only Kubernetes knows. */
  permitsServiceAccount(
    account: NamedReference & { readonly namespace: string },
    path: string,
  ): boolean {
    return this.#permits('', 'ServiceAccount', account.namespace, account.name, path)
  }

  /**
   * The object of another group that a reference names, if it may be used. Whether it exists is not
   * known here.
   */
  backend(
    { group: toGroup, kind }: { readonly group: string; readonly kind: string },
    reference: NamedReference,
    path: string,
  ): { readonly namespace: string; readonly name: string } | undefined {
    const namespace = reference.namespace ?? namespaceOf(this.#from)
    const { name } = reference
    return this.#permits(toGroup, kind, namespace, name, path) ? { namespace, name } : undefined
  }

  /**
   * The `namespace/name` of the usable resource that a reference names; otherwise undefined, with
   * the problem noted. Throws TypeError for a kind that the compiler does not list in `references`.
   */
  resolve({ kind }: ResourceType, reference: NamedReference, path: string): string | undefined {
    if (!this.#references.some((declared) => declared.kind === kind)) {
      throw new TypeError(`the compiler of ${this.#from.kind} must list ${kind} in its references`)
    }
    const namespace = reference.namespace ?? namespaceOf(this.#from)
    if (!this.#permits(group, kind, namespace, reference.name, path)) return undefined
    const key = resourceKey(namespace, reference.name)
    const state = targetState(this.#catalogues, kind, key)
    this.answers.push({ kind, key, state })
    if (state === 'usable') return key
    this.referenceProblems.push({
      reason: 'RefNotFound',
      path,
      message:
        state === 'unusable'
          ? `${path}: ${kind} ${key} exists but cannot be used; see its conditions`
          : `${path}: ${kind} ${key} does not exist`,
    })
    return undefined
  }

  /**
   * Whether the usable resource with this kind and `namespace/name` has a part of that name;
   * otherwise the problem is noted. `what` says in a word what its parts are.
   */
  hasPart(
    target: { readonly kind: string; readonly key: string },
    { part, what, partsOf }: { part: string; what: string; partsOf: PartsReader },
    path: string,
  ): boolean {
    const { kind, key } = target
    const found = partsOfTarget(this.#catalogues, kind, key, partsOf).includes(part)
    this.answers.push({ kind, key, part, partsOf, found })
    if (found) return true
    const message = `${path}: ${kind} ${key} has no ${what} ${JSON.stringify(part)}`
    this.referenceProblems.push({ reason: 'RefNotFound', path, message })
    return false
  }

  /**
   * A text that is read of the settings of the resource with this kind and `namespace/name`;
   * undefined of one that cannot be used.
   */
  read(
    { kind, key }: { readonly kind: string; readonly key: string },
    read: TextReader,
  ): string | undefined {
    const text = textOfTarget(this.#catalogues, kind, key, read)
    this.answers.push({ kind, key, read, text })
    return text
  }

  /**
   * Whether callers of this resource may use what a pattern of names, `name`, `prefix*` or
   * `namespace/name`, matches; otherwise the problem is noted.
   */
  permitsPattern({ kind }: ResourceType, pattern: string, path: string): boolean {
    const slash = pattern.indexOf('/')
    if (slash === -1) return true
    return this.#permits(group, kind, pattern.slice(0, slash), pattern.slice(slash + 1), path)
  }

  #permits(toGroup: string, kind: string, namespace: string, name: string, path: string): boolean {
    const from = { group, kind: this.#from.kind, namespace: namespaceOf(this.#from) }
    if (from.namespace === namespace) return true
    const to = { group: toGroup, kind, namespace, name }
    const permitted = this.#grants.permits(from, to)
    this.answers.push({ from, to, permitted })
    if (permitted) return true
    this.referenceProblems.push({
      reason: 'RefNotPermitted',
      path,
      message:
        `${path}: no ReferenceGrant in namespace ${namespace} lets a ${from.kind} of namespace ` +
        `${from.namespace} refer to ${kind} ${resourceKey(namespace, name)}`,
    })
    return false
  }
}
