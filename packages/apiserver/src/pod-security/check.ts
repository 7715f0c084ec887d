import type { KubernetesObject } from '@fairlead/kube-core'

import { optionalRecordAt, recordsAt, textAt, type Fields } from '../definitions/fields.ts'

/** A pod, or the template of one. */
export interface CheckedPod {
  readonly annotations: Readonly<Record<string, string>>
  readonly spec: Fields
}

/** Why a pod is not as safe as a level wants; the detail may be empty. */
export interface Violation {
  readonly reason: string
  readonly detail: string
}

/** One rule of the Pod Security Standards. @param minor the version of them, 32 for v1.32 */
export type Check = (pod: CheckedPod, minor: number) => Violation | undefined

/** The parts of a pod that are checked. */
export function checkedPod(metadata: KubernetesObject['metadata'], spec: Fields): CheckedPod {
  return { annotations: metadata.annotations ?? {}, spec }
}

/** All containers: those that run first, those that run on, those that were added. */
export function allContainers(spec: Fields): readonly Fields[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((field) =>
    recordsAt(spec, field),
  )
}

/** The `securityContext` of a pod or container. */
export function securityContext(of: Fields): Fields | undefined {
  return optionalRecordAt(of, 'securityContext')
}

export function quoted(items: readonly string[]): string {
  return items.map((item) => `"${item}"`).join(', ')
}

export function plural(word: string, count: number): string {
  return count === 1 ? word : `${word}s`
}

/** `container "a"`, `containers "a", "b"` */
export function namedContainers(containers: readonly Fields[]): string {
  const names = containers.map((each) => textAt(each, 'name'))
  return `${plural('container', names.length)} ${quoted(names)}`
}

/**
 * Those who say something that is wrong, `pod and containers "a", "b"`; empty when nobody does.
 * @param isWrong is asked about the security context of the pod and of each container
 */
export function wrongSetters(spec: Fields, isWrong: (context: Fields) => boolean): string {
  const wrong = (of: Fields): boolean => {
    const context = securityContext(of)
    return context !== undefined && isWrong(context)
  }
  const containers = allContainers(spec).filter(wrong)
  const setters = wrong(spec) ? ['pod'] : []
  if (containers.length > 0) setters.push(namedContainers(containers))
  return setters.join(' and ')
}

/** Each once, in their order. */
export function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].toSorted()
}
