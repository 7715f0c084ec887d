import type { KubernetesObject } from '@fairlead/kube-core'

import {
  numberAt,
  optionalRecordAt,
  recordAt,
  recordsAt,
  textAt,
  type Fields,
} from '../../definitions/fields.ts'

/** What `kubectl get pods` shows of a pod's containers. */
interface PodSummary {
  readonly ready: number
  readonly total: number
  /** Why the pod is as it is: its phase, or what its containers wait for or ended with. */
  readonly reason: string
  readonly restarts: number
  readonly lastRestart?: string
}

/** As printPod in Kubernetes' printers. */
export function summarisePod(pod: KubernetesObject): PodSummary {
  const spec = recordAt(pod, 'spec')
  const status = recordAt(pod, 'status')
  const sidecars = new Set(
    recordsAt(spec, 'initContainers')
      .filter((container) => container['restartPolicy'] === 'Always')
      .map((container) => container['name']),
  )
  const init = summariseInit(spec, status, sidecars)
  const isStarting = init.reason !== undefined && !holds(status, 'Initialized')
  const phase = textAt(status, 'reason') || textAt(status, 'phase')
  const gated = recordsAt(status, 'conditions').some(
    ({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated',
  )
  const before = init.reason ?? (gated ? 'SchedulingGated' : phase)
  const main = isStarting ? undefined : summariseMain(status, before)
  const last =
    main === undefined ? init.lastRestart : latest(init.lastSidecarRestart, main.lastRestart)
  return {
    ready: init.ready + (main?.ready ?? 0),
    total: recordsAt(spec, 'containers').length + sidecars.size,
    reason: deletionReason(pod, status) ?? main?.reason ?? before,
    restarts: main === undefined ? init.restarts : init.sidecarRestarts + main.restarts,
    ...(last === undefined ? {} : { lastRestart: last }),
  }
}

interface InitSummary {
  readonly ready: number
  readonly restarts: number
  readonly sidecarRestarts: number
  readonly lastRestart: string | undefined
  readonly lastSidecarRestart: string | undefined
  /** Undefined when all init containers are done. */
  readonly reason: string | undefined
}

function summariseInit(spec: Fields, status: Fields, sidecars: ReadonlySet<unknown>): InitSummary {
  let [ready, restarts, sidecarRestarts] = [0, 0, 0]
  let lastRestart: string | undefined
  let lastSidecarRestart: string | undefined
  let reason: string | undefined
  for (const [index, container] of recordsAt(status, 'initContainerStatuses').entries()) {
    const isSidecar = sidecars.has(container['name'])
    const count = numberAt(container, 'restartCount') ?? 0
    const ended = lastEnd(container)
    restarts += count
    lastRestart = latest(lastRestart, ended)
    if (isSidecar) {
      sidecarRestarts += count
      lastSidecarRestart = latest(lastSidecarRestart, ended)
    }
    const terminated = optionalRecordAt(recordAt(container, 'state'), 'terminated')
    if (terminated !== undefined && (numberAt(terminated, 'exitCode') ?? 0) === 0) continue
    if (isSidecar && container['started'] === true) {
      if (container['ready'] === true) ready += 1
      continue
    }
    const containers = recordsAt(spec, 'initContainers').length
    reason = `Init:${initReason(container, terminated) ?? `${index}/${containers}`}`
    break
  }
  return { ready, restarts, sidecarRestarts, lastRestart, lastSidecarRestart, reason }
}

function initReason(container: Fields, terminated: Fields | undefined): string | undefined {
  if (terminated !== undefined) return endReason(terminated)
  const waiting = textAt(recordAt(recordAt(container, 'state'), 'waiting'), 'reason')
  return waiting === '' || waiting === 'PodInitializing' ? undefined : waiting
}

function summariseMain(
  status: Fields,
  before: string,
): {
  readonly ready: number
  readonly restarts: number
  readonly lastRestart: string | undefined
  readonly reason: string
} {
  let [ready, restarts, reason] = [0, 0, before]
  let lastRestart: string | undefined
  for (const container of recordsAt(status, 'containerStatuses').toReversed()) {
    restarts += numberAt(container, 'restartCount') ?? 0
    lastRestart = latest(lastRestart, lastEnd(container))
    const state = recordAt(container, 'state')
    const waiting = textAt(recordAt(state, 'waiting'), 'reason')
    const terminated = optionalRecordAt(state, 'terminated')
    if (waiting !== '') reason = waiting
    else if (terminated !== undefined) reason = endReason(terminated)
    else if (container['ready'] === true && state['running'] !== undefined) ready += 1
  }
  if (reason === 'Completed' && ready > 0) {
    reason = holds(status, 'Ready') ? 'Running' : 'NotReady'
  }
  return { ready, restarts, lastRestart, reason }
}

function endReason(terminated: Fields): string {
  const reason = textAt(terminated, 'reason')
  if (reason !== '') return reason
  const signal = numberAt(terminated, 'signal') ?? 0
  return signal === 0 ? `ExitCode:${numberAt(terminated, 'exitCode') ?? 0}` : `Signal:${signal}`
}

function deletionReason(pod: KubernetesObject, status: Fields): string | undefined {
  if (pod.metadata.deletionTimestamp === undefined) return undefined
  if (status['reason'] === 'NodeLost') return 'Unknown'
  const phase = status['phase']
  return phase === 'Failed' || phase === 'Succeeded' ? undefined : 'Terminating'
}

function holds(status: Fields, type: string): boolean {
  return recordsAt(status, 'conditions').some(
    (condition) => condition['type'] === type && condition['status'] === 'True',
  )
}

function lastEnd(container: Fields): string | undefined {
  const terminated = recordAt(recordAt(container, 'lastState'), 'terminated')
  return textAt(terminated, 'finishedAt') || undefined
}

/** Times are in UTC and to the second, so that texts compare as times do. */
function latest(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a < b ? b : a
}
