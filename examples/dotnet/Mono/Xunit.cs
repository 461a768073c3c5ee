// The part of xunit that the tests use, for Mono, which cannot run the packages. Runs all tests and prints each.

using System;
using System.Linq;
using System.Reflection;
using System.Threading.Tasks;

namespace Xunit
{
    public interface IAsyncLifetime
    {
        Task InitializeAsync();

        Task DisposeAsync();
    }

    public interface IClassFixture<TFixture>
    {
    }

    [AttributeUsage(AttributeTargets.Method)]
    public class FactAttribute : Attribute
    {
        public string Skip { get; set; }
    }

    [AttributeUsage(AttributeTargets.Method)]
    public class TheoryAttribute : FactAttribute
    {
    }

    [AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
    public sealed class InlineDataAttribute : Attribute
    {
        public InlineDataAttribute(params object[] arguments)
        {
            Arguments = arguments;
        }

        public object[] Arguments { get; }
    }

    public static class Assert
    {
        public static void True(bool condition, string message = "It is not true.")
        {
            if (!condition)
            {
                throw new InvalidOperationException(message);
            }
        }

        public static void Same(object expected, object actual)
        {
            True(ReferenceEquals(expected, actual), "It is not the same.");
        }

        public static void Equal(object expected, object actual)
        {
            True(Equals(expected, actual), "It is " + actual + ", not " + expected + ".");
        }

        public static void Contains(string expected, string actual)
        {
            True(actual.Contains(expected), actual + " does not contain " + expected + ".");
        }

        public static TException ThrowsAny<TException>(Action call) where TException : Exception
        {
            try
            {
                call();
            }
            catch (TException error)
            {
                return error;
            }
            throw new InvalidOperationException("Nothing was thrown.");
        }
    }

    public static class Runner
    {
        private static int passed;
        private static int failed;
        private static int skipped;

        public static int Main()
        {
            foreach (var kind in Assembly.GetExecutingAssembly().GetTypes().Where(each => each.Name.EndsWith("Test")))
            {
                Run(kind).GetAwaiter().GetResult();
            }
            Console.WriteLine("{0} passed, {1} failed, {2} skipped", passed, failed, skipped);
            return failed == 0 && passed > 0 ? 0 : 1;
        }

        private static async Task Run(Type kind)
        {
            var fixture = (IAsyncLifetime)Activator.CreateInstance(kind.GetConstructors()[0].GetParameters()[0].ParameterType);
            await fixture.InitializeAsync();
            foreach (var method in kind.GetMethods().Where(each => each.IsDefined(typeof(FactAttribute))))
            {
                var rows = method.GetCustomAttributes<InlineDataAttribute>().Select(row => row.Arguments);
                foreach (var arguments in rows.DefaultIfEmpty(new object[0]))
                {
                    Run(kind, method, fixture, arguments, method.GetCustomAttribute<FactAttribute>().Skip);
                }
            }
            await fixture.DisposeAsync();
        }

        private static void Run(Type kind, MethodInfo method, object fixture, object[] arguments, string skip)
        {
            var name = method.Name + "(" + string.Join(", ", arguments) + ")";
            if (skip != null)
            {
                skipped++;
                Console.WriteLine("skipped {0}: {1}", name, skip);
                return;
            }
            try
            {
                method.Invoke(Activator.CreateInstance(kind, fixture), arguments);
                passed++;
                Console.WriteLine("passed  {0}", name);
            }
            catch (Exception error)
            {
                failed++;
                Console.WriteLine("failed  {0}: {1}", name, error);
            }
        }
    }
}
