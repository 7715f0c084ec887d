import type { ImageSize } from './image-size.ts'
import { bareModelName } from './tokenizer-of.ts'

type ImageDetail = 'auto' | 'low' | 'high' | undefined

/** The tokens of an image of a size. */
type ImageRule = (size: ImageSize, detail: ImageDetail) => number

/** What is taken for an image whose size cannot be seen, such as one at a URL. */
const assumedSize: ImageSize = { width: 1024, height: 1024 }

/**
 * How models count images, by the beginnings of their names. Sources:
 * OpenAI https://platform.openai.com/docs/guides/images-vision (calculating costs),
 * Anthropic https://docs.anthropic.com/en/docs/build-with-claude/vision,
 * Gemini https://ai.google.dev/gemini-api/docs/tokens,
 * Qwen2.5-VL https://huggingface.co/Qwen/Qwen2.5-VL-7B-Instruct.
 */
const imageRules: readonly (readonly [RegExp, ImageRule])[] = [
  [/^(?:gpt-4\.1-mini|gpt-5[\d.]*-mini)/, patches(1.62)],
  [/^(?:gpt-4\.1-nano|gpt-5[\d.]*-nano)/, patches(2.46)],
  [/^o4-mini/, patches(1.72)],
  [/^gpt-4o-mini/, tiles(2833, 5667)],
  [/^(?:gpt-[5-9]|chat-latest)/, tiles(70, 140)],
  [/^o[1-9](?:-|$)/, tiles(75, 150)],
  [/^computer-use-/, tiles(65, 129)],
  [/^(?:gpt-|chatgpt-)/, tiles(85, 170)],
  [/(?:^|[.-])claude-/, claudeTokens],
  [/^(?:gemini|gemma)-/, geminiTokens],
  [/^qwen/, areaTokens(784)],
]

/** Most vision models take about one token per 28 × 28 pixels. */
const otherModels = areaTokens(784)

/** The tokens of an image, by the published rule of the model's maker. */
export function imageTokens(
  size: ImageSize | undefined,
  detail: ImageDetail,
  model: string,
): number {
  return ruleFor(model)(size ?? assumedSize, detail)
}

/** Of the sizes at which the rules take most: as many tiles, and as many pixels, as there can be. */
const greatestSizes: readonly ImageSize[] = [
  { width: 2048, height: 768 },
  { width: 100_000, height: 100_000 },
]

/** The most tokens that an image of any size can have. */
export function imageTokensMax(model: string): number {
  const rule = ruleFor(model)
  return Math.max(...greatestSizes.map((size) => rule(size, 'high')))
}

function ruleFor(model: string): ImageRule {
  const name = bareModelName(model)
  return imageRules.find(([pattern]) => pattern.test(name))?.[1] ?? otherModels
}

/** Tiles of 512 pixels, after fitting into 2048 × 2048 and bringing the shorter side to 768. */
function tiles(base: number, each: number): ImageRule {
  return (size, detail) => {
    if (detail === 'low') return base
    const fitted = shrunkTo(size, 2048 / Math.max(size.width, size.height))
    const { width, height } = shrunkTo(fitted, 768 / Math.min(fitted.width, fitted.height))
    return base + each * Math.ceil(width / 512) * Math.ceil(height / 512)
  }
}

/** Patches of 32 pixels, at most 1,536 of them: a larger image is shrunk. */
function patches(multiplier: number): ImageRule {
  return ({ width, height }) => {
    const count = Math.ceil(width / 32) * Math.ceil(height / 32)
    return Math.ceil(Math.min(1536, count) * multiplier)
  }
}

/** At most 1,568 pixels on the longer side, and about 1,600 tokens. */
function claudeTokens(size: ImageSize): number {
  const { width, height } = shrunkTo(size, 1568 / Math.max(size.width, size.height))
  return Math.min(1600, Math.ceil((width * height) / 750))
}

/** 258 for a small image, and for each tile of 768 pixels of a larger one. */
function geminiTokens({ width, height }: ImageSize): number {
  if (width <= 384 && height <= 384) return 258
  return 258 * Math.min(64, Math.ceil(width / 768) * Math.ceil(height / 768))
}

/** One token per so many pixels, and at most 16,384, which is what most servers shrink to. */
function areaTokens(pixels: number): ImageRule {
  return ({ width, height }) => Math.min(16_384, Math.ceil((width * height) / pixels))
}

function shrunkTo({ width, height }: ImageSize, factor: number): ImageSize {
  return factor >= 1 ? { width, height } : { width: width * factor, height: height * factor }
}
