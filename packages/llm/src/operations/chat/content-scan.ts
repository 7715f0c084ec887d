import type { ContentPart, Item } from './item.ts'
import type { RequestFeature } from './request-feature.ts'

/** What the items of a request ask for. */
export interface ContentScan {
  readonly features: ReadonlySet<RequestFeature>
  /** The dialects whose sealed thinking is among them. */
  readonly sealMakers: ReadonlySet<string>
  /** The dialects of native items. */
  readonly nativeDialects: ReadonlySet<string>
}

/** Looks at every item once. */
export function scanContent(items: readonly Item[]): ContentScan {
  const features = new Set<RequestFeature>()
  const sealMakers = new Set<string>()
  const nativeDialects = new Set<string>()
  for (const item of items) {
    switch (item.type) {
      case 'message':
        if (item.name !== undefined) features.add('MessageName')
        for (const part of item.content) notePart(part, features)
        break
      case 'reasoning':
        features.add('ReasoningReplay')
        if (item.signature !== undefined || item.encrypted_content !== undefined) {
          sealMakers.add(item.maker ?? 'anthropic-messages')
        }
        break
      case 'function_call':
        if (item.cache_control !== undefined) features.add('CacheControl')
        break
      case 'function_call_output':
        if (item.cache_control !== undefined) features.add('CacheControl')
        if (typeof item.output !== 'string') {
          for (const part of item.output) notePart(part, features)
        }
        break
      case 'fairlead:native':
        nativeDialects.add(item.dialect)
        break
    }
  }
  const last = items.at(-1)
  if (last?.type === 'message' && last.role === 'assistant') features.add('Prefill')
  return { features, sealMakers, nativeDialects }
}

function notePart(part: ContentPart, features: Set<RequestFeature>): void {
  if (part.cache_control !== undefined) features.add('CacheControl')
  switch (part.type) {
    case 'input_image':
      features.add('ImageInput')
      if (!part.image_url.startsWith('data:')) features.add('ImageUrl')
      break
    case 'input_audio':
      features.add('AudioInput')
      break
    case 'input_file':
      if (part.file_data !== undefined) features.add('FileInput')
      else if (part.file_url !== undefined) features.add('FileUrl')
      else if (part.file_id !== undefined) features.add('FileId')
      break
    case 'input_text':
    case 'output_text':
    case 'refusal':
    case 'output_file':
      break
  }
}
