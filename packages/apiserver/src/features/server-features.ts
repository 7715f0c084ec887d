import type { Logger } from '@fairlead/base'

import { FeatureError } from './feature-error.ts'
import { FeatureGates } from './feature-gates.ts'
import { runtimeConfig } from './runtime-config.ts'

export interface FeatureOptions {
  /**
   * Features that are on or off, as kube-apiserver's `--feature-gates`. Those of 1.32 have their
   * defaults; `MutatingAdmissionPolicy` can be turned on, and others are known, but change nothing.
   */
  readonly featureGates?: Readonly<Record<string, boolean>>
  /**
   * Versions that are served besides the default ones, as kube-apiserver's `--runtime-config`:
   * `{ 'admissionregistration.k8s.io/v1alpha1': true }`, or all with `{ 'api/all': true }`.
   */
  readonly runtimeConfig?: Readonly<Record<string, boolean>>
}

interface ServerFeatures {
  /** Whether policies that mutate are carried out. */
  readonly mutatingPolicies: boolean
  /** The versions, such as `apps/v1`, that are served besides the default ones. */
  readonly optionalVersions: ReadonlySet<string>
}

/** What a server can do besides what all can. @throws FeatureError */
export function serverFeatures(
  { featureGates = {}, runtimeConfig: versions = {} }: FeatureOptions,
  logger: Logger,
): ServerFeatures {
  const gates = new FeatureGates(featureGates, logger)
  const optionalVersions = runtimeConfig(versions)
  const mutatingPolicies = gates.isOn(gate)
  const isServed = optionalVersions.has(version)
  if (mutatingPolicies && !isServed && featureGates[gate] === true) {
    throw new FeatureError(
      `the feature gate ${gate} is on, but its version is not served: put ${version}=true into the runtime config`,
    )
  }
  if (isServed && !mutatingPolicies) {
    logger.warn(
      { version },
      `policies that mutate are not carried out: turn on the feature gate ${gate}`,
    )
  }
  return { mutatingPolicies: mutatingPolicies && isServed, optionalVersions }
}

const gate = 'MutatingAdmissionPolicy'
const version = 'admissionregistration.k8s.io/v1alpha1'
