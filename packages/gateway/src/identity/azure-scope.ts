/**
 * What a token for an Azure OpenAI resource must be for, by the cloud that its host belongs to.
 * https://learn.microsoft.com/azure/ai-foundry/openai/how-to/managed-identity
 * https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure
 */
export function azureResource(host: string): string {
  if (host.endsWith('.azure.us')) return 'https://cognitiveservices.azure.us'
  if (host.endsWith('.azure.cn')) return 'https://cognitiveservices.azure.cn'
  return 'https://cognitiveservices.azure.com'
}
