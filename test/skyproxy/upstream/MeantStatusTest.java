package skyproxy.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Facts that servers tell with one status or another; the words are theirs.
final class MeantStatusTest {

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
      "400| Your credit balance is too low to access the Anthropic API.| 402",
      "0| Credit balance is too low| 402",
      "500| billing_error: Please check your account.| 402",
      "429| insufficient_quota insufficient_quota You exceeded your current quota| 402",
      "429| You exceeded your current quota, please check your plan and billing details.| 402",
      "429| 1113 Insufficient balance or no resource package. Please recharge.| 402",
      "403| The selected model requires paid balance. Your paid balance is insufficient.| 402",
      "402| Insufficient Balance| 402",
      "403| insufficient_user_quota| 402",
      "403| Your team has either used all available credits or reached its monthly spending"
          + " limit.| 402",
      "0| You have exceeded your monthly included credits for Inference Providers.| 402",
      "400| Your workspace is out of credits. Add credits to continue.| 402",
      "429| Your account is not active, please check your billing details on our website.| 402",
      "429| RESOURCE_EXHAUSTED You exceeded your current quota, please check your plan and billing"
          + " details. Please retry in 12s.| 429",
      "429| Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 requests| 429",
      "429| You've hit your usage limit. Purchase more credits or try again at 6:17 PM.| 429",
      "400| You have reached your specified API usage limits.| 429",
      "0| rate_limit_exceeded| 429",
      "403| Weekly limit reached| 429",
      "500| Too many requests| 429",
      "0| Request too large on tokens per minute (TPM): Limit 6000, Requested 10000| 413",
      "413| Request too large on tokens per minute (TPM): Limit 6000, Requested 10000| 413",
      "400| API key not valid. Please pass a valid API key.| 401",
      "0| UNAUTHENTICATED| 401",
      "500| Overloaded| 529",
      "0| overloaded_error| 529",
      "503| The model is overloaded. Please try again later.| 529",
      "400| Unsupported parameter: 'max_tokens'| 400",
      "500| Out of memory| 500",
      "400| image exceeds 5 MB maximum| 400",
      "400| This model's maximum context length is 8192 tokens. However, you requested 8204| 400",
      "403| Access to this model is denied.| 403",
      "0| Something else| 0"})
  void words_that_are_clear_count_more_than_the_status(int status, String words, int meant) {
    assertEquals(meant, MeantStatus.of(status, words));
  }
}
