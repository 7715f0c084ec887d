export { countTokens, setMergeCacheSize } from 'gpt-tokenizer/encoding/o200k_base'
