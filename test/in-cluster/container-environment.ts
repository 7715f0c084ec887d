import { isJsonObject } from '@fairlead/base'
import type { Pod, coreV1 } from '@fairlead/kube-types'

/**
 * The variables that a container's process is started with: those of its `env`, with the fields of
 * the Pod that they ask for (the downward API).
 * @throws an Error for a variable of any other source, or of a field that the Pod lacks
 */
export function containerEnvironment(
  pod: Pod,
  { env = [] }: Pick<coreV1.Container, 'env'>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(env.map((variable) => [variable.name, valueOf(variable, pod)]))
}

function valueOf({ name, value, valueFrom }: coreV1.EnvVar, pod: Pod): string {
  if (valueFrom === undefined) return value ?? ''
  const { fieldPath } = valueFrom.fieldRef ?? {}
  if (fieldPath === undefined) throw new Error(`the variable ${name} is not of a field of the Pod`)
  const found = fieldAt(pod, fieldPath)
  if (typeof found === 'string') return found
  throw new Error(`the variable ${name} is of ${fieldPath}, which the Pod does not have`)
}

/** `metadata.name`, `metadata.labels['app']` … */
function fieldAt(pod: Pod, path: string): unknown {
  const names = [...path.matchAll(/\['([^']+)'\]|([^.[]+)/g)].map(([, key, name]) => key ?? name)
  return names.reduce<unknown>(
    (found, name = '') => (isJsonObject(found) ? found[name] : undefined),
    pod,
  )
}
