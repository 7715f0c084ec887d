import { join } from 'node:path'
import { LLMGateway } from '@fairlead/api'
import { compareText, systemClock } from '@fairlead/base'
import { configurationWarnings, createCompiler } from '@fairlead/config'
import {
  apiVersionOf,
  secretText,
  type KubernetesObject,
  type ResourceType,
  type TypedObject,
} from '@fairlead/kube-core'
import { Secret } from '@fairlead/kube-types'
import type { Capabilities } from '@fairlead/snapshot'
import { identityOf, ManifestChecker } from '../config-source/manifest-checker.ts'
import { ManifestError, readManifestFiles } from '../load-manifests.ts'
import { type LocatedManifest, locateManifests } from './located-manifest.ts'

/** What is to be said of a folder of manifests. */
export interface ManifestFinding {
  readonly severity: 'problem' | 'warning'
  /** With the folder. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** `Kind "name"`; undefined where it is about the file. */
  readonly object?: string
  readonly message: string
}

/** What folders hold, and everything that is wrong with it, by file and line. */
interface FolderReport {
  readonly files: number
  readonly manifests: number
  /** Whether a file has an LLMGateway. */
  readonly hasGateway: boolean
  readonly findings: readonly ManifestFinding[]
}

/** Reason of a condition that may be true elsewhere: a cluster has Secrets that no file has. */
const secretKeyMissing = 'SecretKeyMissing'

/**
 * Judges folders together as an API server and the operator would: syntax, schemas and rules, then what the
 * resources are to one another. One that is wrong does not hide what is wrong with others. Throws
 * ManifestError if a folder cannot be read.
 */
export function validateFolders(
  folders: readonly string[],
  capabilities: Capabilities,
): FolderReport {
  const files = folders.flatMap((folder) =>
    readManifestFiles(folder).map(({ file, text }) => ({ file: join(folder, file), text })),
  )
  const findings: ManifestFinding[] = []
  const manifests = files.flatMap(({ file, text }) => {
    const { manifests: found, problem } = locateManifests(file, text)
    if (problem !== undefined) findings.push({ severity: 'problem', file, ...problem })
    return found
  })
  const accepted = acceptedOf(manifests, findings)
  judgeTogether(accepted, manifests, capabilities, findings)
  return {
    files: files.length,
    manifests: manifests.length,
    hasGateway: manifests.some(({ object }) => object.kind === LLMGateway.kind),
    findings: findings.toSorted((a, b) => compareText(a.file, b.file) || a.line - b.line),
  }
}

/** As an API server would store them; those that it would refuse are left out. */
function acceptedOf(
  manifests: readonly LocatedManifest[],
  findings: ManifestFinding[],
): ReadonlyMap<string, { readonly manifest: LocatedManifest; readonly object: KubernetesObject }> {
  const checker = new ManifestChecker()
  const accepted = new Map<string, { manifest: LocatedManifest; object: KubernetesObject }>()
  const seen = new Map<string, LocatedManifest>()
  for (const manifest of manifests) {
    const object = placed(manifest.object)
    const other = seen.get(identityOf(object))
    if (other !== undefined) {
      const message = `is also in ${other.file}:${other.line}`
      findings.push({ ...at(manifest, manifest.line), severity: 'problem', message })
      continue
    }
    seen.set(identityOf(object), manifest)
    try {
      const checked = checker.check({ file: manifest.file, object })
      accepted.set(identityOf(object), { manifest, object: checked.resource })
      for (const change of checked.changes) {
        const message = `${change}; please update the file`
        findings.push({
          ...at(manifest, manifest.lineOf(fieldIn(change))),
          severity: 'warning',
          message,
        })
      }
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error
      for (const message of reasonsOf(error.message, manifest)) {
        const line = manifest.lineOf(fieldIn(message))
        findings.push({ ...at(manifest, line), severity: 'problem', message })
      }
    }
  }
  return accepted
}

/** What a message says of fields one by one, without file and object. */
function reasonsOf(message: string, { file, object }: LocatedManifest): readonly string[] {
  return separated(
    message.replace(`${file}: `, '').replace(`${object.kind} "${object.metadata.name}": `, ''),
  )
}

/** Each begins with a field. */
function separated(message: string): readonly string[] {
  return message.split(/; (?=(?:spec|metadata|data|stringData|status)[.[: ])/)
}

/** The field with which a message begins; empty if it begins with none. */
function fieldIn(message: string): string {
  return /^[a-z]\w*(?:[.[][^\s:]*)?/.exec(message)?.[0] ?? ''
}

function judgeTogether(
  accepted: ReturnType<typeof acceptedOf>,
  manifests: readonly LocatedManifest[],
  capabilities: Capabilities,
  findings: ManifestFinding[],
): void {
  const byType = Map.groupBy(
    [...accepted.values()].map(({ object }) => object),
    ({ apiVersion, kind }) => `${apiVersion} ${kind}`,
  )
  const list = <T extends TypedObject>(type: ResourceType<T>) =>
    (byType.get(`${apiVersionOf(type)} ${type.kind}`) ??
      []) as readonly TypedObject[] as readonly T[]
  const resources = { list }
  const result = createCompiler({ capabilities }).compile(resources)
  const secrets = new Map(list(Secret).map((secret) => [nameOf(secret), secret]))
  const warnings = configurationWarnings(result, resources, {
    hasSecret: ({ namespace, name, key }) =>
      (secretText(secrets.get(`Secret ${namespace}/${name}`), key) ?? '') !== '',
    nowMs: systemClock.now(),
  })
  const byName = new Map(
    [...accepted.values()].map(({ manifest, object }) => [nameOf(object), manifest]),
  )
  const refused = manifests
    .map(({ object }) => placed(object))
    .filter((object) => !accepted.has(identityOf(object)))
    .map((object) => nameOf(object))
  const said = new Set<string>()
  for (const { kind, namespace, name, message, reason, status } of warnings) {
    const manifest = byName.get(`${kind} ${namespace}/${name}`)
    if (manifest === undefined) continue
    const isProblem = status === 'False' && reason !== secretKeyMissing
    for (const part of separated(message)) {
      const saying = `${kind} ${namespace}/${name} ${part}`
      // Why what it refers to is not there has been said already, and some is said by two conditions.
      const isKnown =
        said.has(saying) || refused.some((each) => part.includes(`${each} does not exist`))
      if (isKnown) continue
      said.add(saying)
      const severity = isProblem ? 'problem' : 'warning'
      findings.push({ ...at(manifest, manifest.lineOf(fieldIn(part))), severity, message: part })
    }
  }
}

function at(
  { file, object }: LocatedManifest,
  line: number,
): Pick<ManifestFinding, 'file' | 'line' | 'object'> {
  return { file, line, object: `${object.kind} "${object.metadata.name}"` }
}

/** With the metadata that an API server would have set. */
function placed(object: KubernetesObject): KubernetesObject {
  const { creationTimestamp = '1970-01-01T00:00:00Z', namespace = 'default' } = object.metadata
  const metadata = { ...object.metadata, namespace, creationTimestamp, generation: 1 }
  return { ...object, metadata }
}

function nameOf({ kind, metadata }: Pick<KubernetesObject, 'kind' | 'metadata'>): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`
}
