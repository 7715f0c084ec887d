import type { FeatureConflict } from '../../operations/chat/request-feature.ts'
import { modelFeatures } from './model-features.ts'

/**
 * Thinking goes with no forced call, and with none of the settings of sampling:
 * https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking#feature-compatibility. The
 * newer models refuse `top_p` beside `temperature`.
 */
export function conflicts(model: string): readonly FeatureConflict[] {
  const { structuredOutputs, thinking } = modelFeatures(model)
  // Their effort stays; what they think is not told.
  return [
    ...(thinking === 'budget' ? [besidesForcedCalls] : []),
    ...(structuredOutputs ? [] : [besidesForcedAnswers]),
    ...ofSampling,
  ]
}

const besidesForcedCalls: FeatureConflict = { dropped: 'Reasoning', besides: 'ForcedToolChoice' }
const besidesForcedAnswers: FeatureConflict = { dropped: 'Reasoning', besides: 'JsonSchema' }

const ofSampling: readonly FeatureConflict[] = [
  { dropped: 'Temperature', besides: 'Reasoning' },
  { dropped: 'TopP', besides: 'Reasoning' },
  { dropped: 'TopK', besides: 'Reasoning' },
  { dropped: 'TopP', besides: 'Temperature' },
]
