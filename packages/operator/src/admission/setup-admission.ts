import { type Clock, systemClock } from '@fairlead/base'
import {
  type Admission,
  ConfigurationAdmission,
  kinds as allKinds,
  type CompileOptions,
  type WatchedConfiguration,
} from '@fairlead/config'
import { type Manager, webhookBuilder } from '@fairlead/controller-runtime'
import { type FieldError, invalidField, type TypedObject } from '@fairlead/kube-core'

interface AdmissionOptions extends CompileOptions {
  /** What the manager's cache compiles to with the same options. */
  readonly configuration: Pick<WatchedConfiguration, 'resources'>
  /** Should be the manager's. Defaults to the machine's clock. */
  readonly clock?: Clock
}

/**
 * Admission is there to help: what it would refuse has no effect without it either, because gateways
 * run only what `compile` accepts. So the API server goes on when it cannot be asked.
 */
const howAsked = { failurePolicy: 'Ignore', timeoutSeconds: 5 } as const

/**
 * Adds the webhooks of Fairlead's kinds to a manager that has not started: what is refused when a
 * resource is written or deleted, and what its writer is warned of.
 */
export function setupAdmission(
  manager: Pick<Manager, 'webhooks'>,
  { configuration, clock = systemClock, ...compiling }: AdmissionOptions,
): void {
  const admission = new ConfigurationAdmission(configuration.resources, compiling)
  for (const { type } of compiling.kinds ?? allKinds) {
    webhookBuilder(manager)
      .for<TypedObject>(type)
      .validates(
        {
          create: (object) => judged(admission.written(type, object, undefined, clock.now())),
          update: (object, old) => judged(admission.written(type, object, old, clock.now())),
          delete: (object) => judged(admission.deleted(type, object)),
        },
        { ...howAsked, name: `${type.kind.toLowerCase()}.admission.fairlead.dev` },
      )
      .build()
  }
}

function judged({ problems, warnings }: Admission) {
  return { errors: problems.map(fieldErrorOf), warnings }
}

/** A problem as Kubernetes words it; one that names no field is one of the spec. */
function fieldErrorOf(problem: string): FieldError {
  const match = /^(spec(?:\.[A-Za-z]\w*|\[[^\]]*\])*): (.*)$/s.exec(problem)
  const [, field = 'spec', detail = problem] = match ?? []
  return invalidField(field, undefined, detail)
}
