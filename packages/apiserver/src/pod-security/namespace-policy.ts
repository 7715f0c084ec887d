import type { FieldError } from '@fairlead/kube-core'

import { baselineChecks } from './baseline.ts'
import type { CheckedPod, Violation } from './check.ts'
import { restrictedChecks } from './restricted.ts'

/** A level of the Pod Security Standards, in the version of one release. */
export interface Level {
  readonly name: 'privileged' | 'baseline' | 'restricted'
  /** `latest`, or such as `v1.25`. */
  readonly version: string
}

/** What the labels of a namespace say. */
interface NamespacePolicy {
  readonly enforce: Level
  readonly audit: Level
  readonly warn: Level
  /** Labels that cannot be read; in place of them the strictest level is enforced. */
  readonly problems: readonly FieldError[]
}

const prefix = 'pod-security.kubernetes.io/'
const levels = ['privileged', 'baseline', 'restricted'] as const
/** What `latest` is, and versions that are still to come. */
const latestMinor = 32
const privileged: Level = { name: 'privileged', version: 'latest' }

/** As PolicyToEvaluate in Kubernetes' pod-security-admission, with its defaults. */
export function namespacePolicy(
  labels: Readonly<Record<string, string>> | undefined,
): NamespacePolicy {
  const problems: FieldError[] = []
  const read = (mode: 'enforce' | 'audit' | 'warn', fallback: Level['name']): Level => {
    const level = levelIn(labels?.[prefix + mode], fallback)
    const version = versionIn(labels?.[`${prefix}${mode}-version`])
    if (level.problem) problems.push(invalid(mode, labels, level.problem))
    if (version.problem) problems.push(invalid(`${mode}-version`, labels, version.problem))
    return { name: level.name, version: version.name }
  }
  const enforce = read('enforce', 'restricted')
  const audit = read('audit', 'privileged')
  const warn = read('warn', 'privileged')
  const saysEnforce = levels.some((each) => each === labels?.[`${prefix}enforce`])
  const warnsAsEnforced = labels?.[`${prefix}warn`] === undefined && saysEnforce
  const ownVersion = labels?.[`${prefix}warn-version`] === undefined ? enforce : warn
  return {
    enforce,
    audit,
    warn:
      warnsAsEnforced && isStricter(enforce, privileged)
        ? { name: enforce.name, version: ownVersion.version }
        : warn,
    problems,
  }
}

/** Whether one level asks for more than the other. */
export function isStricter(one: Level, other: Level): boolean {
  return levels.indexOf(one.name) > levels.indexOf(other.name)
}

export function shownLevel({ name, version }: Level): string {
  return `${name}:${version}`
}

/** What a pod lacks for a level. */
export function violations(pod: CheckedPod, { name, version }: Level): readonly Violation[] {
  if (name === 'privileged') return []
  const minor = version === 'latest' ? latestMinor : Number(version.slice('v1.'.length))
  const checks = name === 'baseline' ? baselineChecks : restrictedChecks
  return checks.flatMap((check) => check(pod, minor) ?? [])
}

interface Read<Name extends string> {
  readonly name: Name
  readonly problem?: string
}

function levelIn(label: string | undefined, fallback: Level['name']): Read<Level['name']> {
  if (label === undefined) return { name: 'privileged' }
  const name = levels.find((each) => each === label)
  if (name !== undefined) return { name }
  return { name: fallback, problem: `must be one of ${levels.join(', ')}` }
}

function versionIn(label: string | undefined): Read<string> {
  if (label === undefined || label === 'latest') return { name: 'latest' }
  if (/^v1\.(\d|[1-9]\d*)$/.test(label)) return { name: label }
  return { name: 'latest', problem: 'must be "latest" or "v1.x"' }
}

function invalid(
  label: string,
  labels: Readonly<Record<string, string>> | undefined,
  detail: string,
): FieldError {
  const name = prefix + label
  return { type: 'Invalid', field: `metadata.labels[${name}]`, badValue: labels?.[name], detail }
}
