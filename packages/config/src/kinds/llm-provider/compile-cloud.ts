import type { LLMProvider } from '@fairlead/api'
import type { LLMProviderSettings } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'

type CloudSettings = Pick<LLMProviderSettings, 'azure' | 'bedrock' | 'vertex'>

/** The settings that types of clouds have of their own. Resources may be older than the schema's rules. */
export function compileCloud({ spec }: LLMProvider, findings: Findings): CloudSettings {
  const { azure, bedrock, type, vertex } = spec
  if (type === 'VertexAI' && vertex === undefined) {
    findings.reject('spec.vertex: type VertexAI needs its project')
  }
  if (type === 'Bedrock' && bedrock === undefined) {
    findings.reject('spec.bedrock: type Bedrock needs its region')
  }
  return {
    azure: type === 'AzureOpenAI' ? azureSettings(azure) : undefined,
    vertex:
      type === 'VertexAI' && vertex !== undefined
        ? { project: vertex.project, location: vertex.location }
        : undefined,
    bedrock:
      type === 'Bedrock' && bedrock !== undefined
        ? {
            region: bedrock.region,
            roleARN: bedrock.roleARN,
            claudeAPI: bedrock.claudeAPI ?? 'InvokeModel',
          }
        : undefined,
  }
}

function azureSettings(azure: LLMProvider['spec']['azure']): CloudSettings['azure'] {
  const { apiVersion, entra, form = 'V1' } = azure ?? {}
  return {
    form,
    apiVersion,
    entra: entra && { tenantID: entra.tenantID, clientID: entra.clientID },
  }
}

/** Where the settings place a provider, by which its type knows its address; undefined for no place. */
export function placeOf({ spec }: LLMProvider): string | undefined {
  return spec.azure?.resourceName ?? spec.vertex?.location ?? spec.bedrock?.region
}
