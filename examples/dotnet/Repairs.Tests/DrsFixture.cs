using System;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Threading.Tasks;
using Xunit;

namespace Drs.Tests
{
    /// <summary>The simulator at DRS_URL; without DRS_URL one in a container, for all tests of a class.</summary>
    public sealed class DrsFixture : IAsyncLifetime
    {
        private DrsContainer container;

        public Uri Address { get; private set; }

        public string Login { get; private set; }

        public string Password { get; private set; }

        /// <summary>The scenario of drs-contracts exercise, null outside of it.</summary>
        public static string Scenario => Environment.GetEnvironmentVariable("DRS_SCENARIO");

        public async Task InitializeAsync()
        {
            var url = Environment.GetEnvironmentVariable("DRS_URL");
            if (string.IsNullOrEmpty(url))
            {
                container = new DrsContainer();
                url = await container.Start();
            }
            Address = new Uri(url);
            Login = Environment.GetEnvironmentVariable("DRS_LOGIN") ?? "drs";
            Password = container?.Password ?? Environment.GetEnvironmentVariable("DRS_PASSWORD") ?? "drs";
        }

        public async Task DisposeAsync()
        {
            if (container != null)
            {
                await container.Stop();
            }
        }

        /// <summary>Makes the next call of the operation go wrong. docs/faults.md lists the effects.</summary>
        public void Break(string operation, string effect)
        {
            var rule = "{\"operation\": \"" + operation + "\", \"times\": 1, \"effect\": {\"kind\": \"" + effect + "\"}}";
            Admin(HttpMethod.Post, "/faults", "{\"rules\": [" + rule + "]}");
        }

        /// <summary>Asks the simulator, not DRS: how many bookings the order has.</summary>
        public int CountBookings(string number)
        {
            var answer = Admin(HttpMethod.Get, "/bookings?number=" + number, null);
            return answer.Split(new[] { "\"order_number\"" }, StringSplitOptions.None).Length - 1;
        }

        private string Admin(HttpMethod method, string path, string body)
        {
            var root = new Uri(Address, "/__admin");
            using (var http = new HttpClient())
            using (var request = new HttpRequestMessage(method, root + path))
            {
                if (container != null)
                {
                    request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", container.AdminToken);
                }
                if (body != null)
                {
                    request.Content = new StringContent(body, Encoding.UTF8, "application/json");
                }
                var answer = http.SendAsync(request).GetAwaiter().GetResult();
                answer.EnsureSuccessStatusCode();
                return answer.Content.ReadAsStringAsync().GetAwaiter().GetResult();
            }
        }
    }
}
